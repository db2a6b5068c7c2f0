package dev.sluice.foldruntime;

import java.util.List;

/**
 * All that one record of k8s.objects causes, in the order it is to be written, marks last.
 *
 * @param position that record's offset
 */
public record Group(long position, List<OutputRow> rows) {}
