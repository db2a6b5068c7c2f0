package dev.sluice.node.mirror;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.log.Change;
import dev.sluice.core.service.Maglev;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.FqdnRow;
import dev.sluice.schemas.convert.DesiredRecords;
import dev.sluice.schemas.convert.DnsRecords;
import dev.sluice.schemas.convert.Row;
import dev.sluice.schemas.serde.TrustedClasses;
import dev.sluice.schemas.topic.Topics;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rows of topic desired, and the sets of topic fqdns, that a node has read: what its successor
 * knows before it has reached the brokers. Rows are added as they come; addresses of names are not
 * in it, the kernel has them. A file is begun beside the old one and takes its place when the
 * topics were read to their ends. It need not outlive the machine.
 *
 * <p>Each row is a kind, a key, the row in Avro with its schema's fingerprint, and of a removal its
 * position: whoever has other schemas reads nothing. For one thread.
 */
public final class RowFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RowFile.class);
  private static final int DESIRED = 'd';
  private static final int SET = 's';

  /** Rows beyond twice the living ones, before the file is worth being written anew. */
  private static final int SPARE_ROWS = 20_000;

  static {
    TrustedClasses.declare(); // rows are read without a serde
  }

  /** Keeps nothing. */
  public static final RowFile NONE = new RowFile(null);

  private final Path path;
  private final List<Row<DesiredRecord>> unwritten = new ArrayList<>();
  private DataOutputStream out;
  private boolean inPlace;
  private int rows;

  public RowFile(Path path) {
    this.path = path;
  }

  /**
   * A mirror of what a former process had read, up to the last mark; empty when it left nothing
   * that can be read.
   */
  public Optional<Mirror> recall(String node, NamesListener listener) {
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    Mirror mirror = new Mirror(node, Maglev.DEFAULT_SIZE, false, FoldListener.NONE, listener);
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(path)))) {
      readAll(in, mirror);
    } catch (EOFException e) {
      LOG.debug("{} was read to its end", path);
    } catch (IOException | RuntimeException e) {
      LOG.warn("{} cannot be read: {}", path, e.getMessage());
      return Optional.empty();
    }
    mirror.caughtUp();
    mirror.namesCaughtUp();
    return mirror.isReady() ? Optional.of(mirror) : Optional.empty();
  }

  private static void readAll(DataInputStream in, Mirror mirror) throws IOException {
    while (true) {
      int kind = in.readUnsignedByte();
      String key = in.readUTF();
      int length = in.readInt();
      ByteBuffer bytes = length < 0 ? null : ByteBuffer.wrap(in.readNBytes(length));
      if (bytes != null && bytes.capacity() < length) {
        return; // cut off
      }
      long removedAt = in.readLong();
      if (kind == DESIRED) {
        DesiredRow row = bytes == null ? null : DesiredRow.getDecoder().decode(bytes);
        mirror.take(List.of(DesiredRecords.fromAvro(key, row, removedAt)));
      } else {
        FqdnRow row = bytes == null ? null : FqdnRow.getDecoder().decode(bytes);
        Row<FqdnRecord> read = DnsRecords.fromAvro(key, row, removedAt);
        if (read instanceof Row.Changed<FqdnRecord>(long position, Change<FqdnRecord> change)) {
          mirror.names().row(change);
        }
      }
    }
  }

  /**
   * Begins anew: topic desired will be read from its beginning. What was there stays until then.
   *
   * @param sets that are known already
   */
  public void begin(List<FqdnRecord.NumberedSet> sets) {
    if (path == null) {
      return;
    }
    close();
    unwritten.clear();
    rows = 0;
    inPlace = false;
    tryTo(this::open);
    names(
        sets.stream()
            .map(set -> Change.<FqdnRecord>upsert(FqdnRecord.NumberedSet.class, set.key(), set))
            .toList());
  }

  private void open() {
    try {
      Files.createDirectories(path.toAbsolutePath().getParent());
      out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(fresh())));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + fresh(), e);
    }
  }

  /**
   * A disk that takes nothing keeps nobody from enforcing: there is no file then, and a successor
   * waits for the topics.
   */
  private void tryTo(Runnable work) {
    try {
      work.run();
    } catch (UncheckedIOException e) {
      LOG.warn("{}: {}", e.getMessage(), e.getCause().getMessage());
      unwritten.clear();
      inPlace = false;
      DataOutputStream failed = out;
      out = null;
      try {
        Files.deleteIfExists(path);
        if (failed != null) {
          failed.close();
        }
      } catch (IOException also) {
        LOG.debug("{} stays as it is: {}", path, also.getMessage());
      }
    }
  }

  private Path fresh() {
    return path.resolveSibling(path.getFileName() + ".new");
  }

  /** Rows of topic desired came; they are in the file after {@link #write}. */
  public void desired(List<Row<DesiredRecord>> read) {
    if (out != null) {
      unwritten.addAll(read);
    }
  }

  /** Writes the rows of topic desired that came. */
  public void write() {
    if (!unwritten.isEmpty()) {
      tryTo(this::writeRows);
    }
  }

  private void writeRows() {
    for (Row<DesiredRecord> row : unwritten) {
      switch (row) {
        case Row.Changed<DesiredRecord>(long position, Change<DesiredRecord> change) -> {
          DesiredRow avro = DesiredRecords.toAvro(position, change);
          write(DESIRED, change.key(), avro == null ? null : encoded(avro), position);
        }
        case Row.Marked<DesiredRecord>(long position, long revision, String hash) ->
            write(
                DESIRED,
                Topics.MARK_KEY,
                encoded(DesiredRecords.mark(position, revision, hash)),
                position);
      }
    }
    unwritten.clear();
    flush();
  }

  /** Rows of topic fqdns came. */
  public void names(List<Change<FqdnRecord>> changes) {
    if (out != null) {
      tryTo(() -> writeNames(changes));
    }
  }

  private void writeNames(List<Change<FqdnRecord>> changes) {
    for (Change<FqdnRecord> change : changes) {
      if (change.kind() == FqdnRecord.NumberedSet.class) {
        FqdnRow avro = DnsRecords.toAvro(-1, change);
        write(SET, change.key(), avro == null ? null : encoded(avro), -1);
      }
    }
    flush();
  }

  /** The topics were read to their ends: this is what a successor begins with. */
  public void complete() {
    write();
    if (out != null && !inPlace) {
      tryTo(this::putInPlace);
    }
  }

  private void putInPlace() {
    try {
      Files.move(
          fresh(), path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      inPlace = true;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot replace " + path, e);
    }
  }

  /** Whether {@link #rewrite} is worth it. */
  public boolean isStale(int alive) {
    return inPlace && rows > 2 * alive + SPARE_ROWS;
  }

  /** Leaves only what is alive. */
  public void rewrite(List<Row<DesiredRecord>> desired, List<FqdnRecord.NumberedSet> sets) {
    begin(sets);
    desired(desired);
    complete();
  }

  private void write(int kind, String key, byte[] value, long position) {
    try {
      out.writeByte(kind);
      out.writeUTF(key);
      out.writeInt(value == null ? -1 : value.length);
      if (value != null) {
        out.write(value);
      }
      out.writeLong(position);
      rows++;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path, e);
    }
  }

  private void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path, e);
    }
  }

  private static byte[] encoded(DesiredRow row) {
    try {
      return bytes(DesiredRow.getEncoder().encode(row));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] encoded(FqdnRow row) {
    try {
      return bytes(FqdnRow.getEncoder().encode(row));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  @Override
  public void close() {
    write();
    if (out != null) {
      try {
        out.close();
      } catch (IOException e) {
        LOG.warn("{} cannot be closed: {}", path, e.getMessage());
      }
      out = null;
    }
  }
}
