package dev.sluice.node.kernel;

import dev.sluice.node.bpf.KernelSupport;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Optional;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A test that loads eBPF programs: skipped where that cannot be done, but a failure where the
 * environment has {@code SLUICE_REQUIRE_KERNEL=1}.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(RequiresKernel.Condition.class)
public @interface RequiresKernel {
  /** Decides; a required kernel lets the test run into a failure that says what is missing. */
  final class Condition implements ExecutionCondition, BeforeAllCallback {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      Optional<String> missing = KernelSupport.missing();
      return missing.isPresent() && !required()
          ? ConditionEvaluationResult.disabled(missing.get())
          : ConditionEvaluationResult.enabled("eBPF can be used");
    }

    @Override
    public void beforeAll(ExtensionContext context) {
      KernelSupport.check();
    }

    private static boolean required() {
      return "1".equals(System.getenv("SLUICE_REQUIRE_KERNEL"));
    }
  }
}
