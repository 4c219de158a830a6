package dev.piecewise.adapter;

import dev.piecewise.checkpoint.AtomicFiles;
import dev.piecewise.checkpoint.BadFileException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The directory that a pool's versions are published in ({@link PoolFiles}). Whoever reads it gets a whole version, before and after every moment at which a publisher
 * can be killed; publishers, also of several processes, wait for each other. A version is never changed. One that holds pieces of somebody who withdrew is erased, and
 * refused by {@link PoolReader} from the moment at which the version without them became current.
 */
public final class PoolVersions {
    private static final String LOCK = ".lock";

    private final Path root;
    private final WithdrawnSharers withdrawn;

    public PoolVersions(Path root) {
        this.root = root;
        this.withdrawn = new WithdrawnSharers(root);
    }

    /** Makes this pool the current version. Every sharer must have agreed, and after they withdrew if they ever did. Returns the version's directory. */
    public Path publish(Pool pool) {
        return locked(() -> {
            requireNobodyReturns(agreed(pool));
            Path version = makeCurrent(pool);
            withdrawn.remove(pool.sharerIds());
            return version;
        });
    }

    /** Makes a new version of the current one. Returns its directory. */
    public Path change(UnaryOperator<Pool> edit) {
        return locked(() -> {
            Pool before = PoolReader.read(root);
            Pool after = agreed(edit.apply(before));
            Path version = makeCurrent(after);
            withdrawn.remove(after.sharerIds().stream()
                    .filter(sharer -> before.indexOf(sharer) < 0)
                    .toList());
            return version;
        });
    }

    /**
     * Publishes a version without this sharer, or none when nobody else is left, and erases every version that holds their pieces; how many these were. A pool's own directory
     * becomes one that versions are published in.
     */
    public int withdraw(String sharer, Instant at) {
        return locked(() -> {
            Pool pool = PoolReader.read(root);
            boolean already =
                    pool.withdrawn().stream().anyMatch(past -> past.id().equals(sharer));
            boolean last = pool.sharers().size() == 1 && pool.indexOf(sharer) == 0;
            if (pool.indexOf(sharer) >= 0) {
                withdrawn.add(List.of(new Pool.Withdrawal(sharer, at)));
            }
            if (last) {
                delete(root.resolve(PoolFiles.CURRENT));
            } else if (!already) {
                makeCurrent(PoolEdits.without(pool, sharer, at));
            }
            int own = last || PoolFiles.hasVersions(root) ? eraseOwn() : 0;
            return own + eraseVersionsOf(sharer);
        });
    }

    /** What is published; a pool's own directory is its only version. The current one is first. */
    public List<Version> published() {
        Path current = PoolFiles.version(root).toAbsolutePath();
        List<Path> directories = PoolFiles.hasVersions(root) ? versions() : List.of(root);
        return directories.stream()
                .map(Path::toAbsolutePath)
                .map(version -> {
                    PoolDescription description = PoolDescription.read(version.resolve(PoolFiles.DESCRIPTION));
                    return new Version(
                            description.hash(),
                            version.equals(current),
                            description.sharers().size());
                })
                .sorted(Comparator.comparing(Version::current).reversed().thenComparing(Version::hash))
                .toList();
    }

    /**
     * What there is of a version.
     *
     * @param current whether it is the one that is served
     */
    public record Version(String hash, boolean current, int sharers) {}

    /** The content hash of the current version; empty where nobody's pieces are published any more. */
    public Optional<String> current() {
        if (!PoolFiles.isPool(root)) {
            return Optional.empty();
        }
        Path version = PoolFiles.version(root);
        return Optional.of(
                PoolDescription.read(version.resolve(PoolFiles.DESCRIPTION)).hash());
    }

    /** Whether a pool is here that everybody has withdrawn from; a directory that is not there, or not just now, is none. */
    public boolean isLeft() {
        return Files.exists(root.resolve(LOCK)) && !PoolFiles.isPool(root);
    }

    /** The directories of all versions, the current one and older ones. */
    public List<Path> versions() {
        try (Stream<Path> children = Files.list(root)) {
            return children.filter(PoolFiles::isVersion).sorted().toList();
        } catch (IOException e) {
            throw BadFileException.of(root, e);
        }
    }

    /** A pool that was made before somebody withdrew must not bring them back. All have agreed. */
    private void requireNobodyReturns(Pool pool) {
        NavigableMap<String, Instant> gone = withdrawn.read();
        for (Pool.Sharer sharer : pool.sharers()) {
            Instant left = gone.get(sharer.id());
            if (left != null && !sharer.consent().orElseThrow().at().isAfter(left)) {
                throw new BadFileException(
                        root, "\"%s\" withdrew at %s; who comes back has to agree anew".formatted(sharer.id(), left));
            }
        }
    }

    private Pool agreed(Pool pool) {
        for (Pool.Sharer sharer : pool.sharers()) {
            if (sharer.consent().isEmpty()) {
                throw new BadFileException(root, "sharer \"%s\" has not agreed to be published".formatted(sharer.id()));
            }
        }
        return pool;
    }

    private Path makeCurrent(Pool pool) {
        Path version = root.resolve(PoolFiles.name(pool.hash()));
        if (!Files.exists(version)) {
            PoolWriter.write(pool, version);
        }
        PoolReader.readVersion(version);
        AtomicFiles.file(
                root.resolve(PoolFiles.CURRENT), temporary -> Files.writeString(temporary, pool.hash() + "\n"));
        return version;
    }

    /** The directory's own pool, once there are versions beside it or nobody is left. Its description first: without that it is none. */
    private int eraseOwn() {
        boolean own = PoolFiles.isVersion(root);
        delete(root.resolve(PoolFiles.DESCRIPTION));
        delete(root.resolve(PoolFiles.PIECES));
        return own ? 1 : 0;
    }

    private int eraseVersionsOf(String sharer) {
        int erased = 0;
        for (Path version : versions()) {
            boolean holds = PoolDescription.read(version.resolve(PoolFiles.DESCRIPTION)).sharers().stream()
                    .anyMatch(one -> one.id().equals(sharer));
            if (holds) {
                erase(version);
                erased++;
            }
        }
        return erased;
    }

    /** Under a temporary name first, so that no reader meets half a version. */
    private void erase(Path version) {
        Path gone = AtomicFiles.temporary(version);
        try {
            Files.move(version, gone, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw BadFileException.of(version, e);
        }
        AtomicFiles.delete(gone);
    }

    private <T> T locked(Supplier<T> work) {
        try {
            Files.createDirectories(root);
        } catch (IOException e) {
            throw BadFileException.of(root, e);
        }
        Path lock = root.resolve(LOCK);
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock _ = channel.lock()) {
            sweep();
            noteWithdrawn();
            return work.get();
        } catch (OverlappingFileLockException e) {
            throw new BadFileException(root, "is being published to by this process already");
        } catch (IOException e) {
            throw BadFileException.of(lock, e);
        }
    }

    /** Before the version that tells of them is replaced. */
    private void noteWithdrawn() {
        if (PoolFiles.isPool(root)) {
            Path current = PoolFiles.version(root).resolve(PoolFiles.DESCRIPTION);
            withdrawn.add(PoolDescription.read(current).withdrawn());
        }
    }

    /** Whoever left something half done is dead: this process holds the lock. */
    private void sweep() throws IOException {
        List<Path> left = new ArrayList<>();
        try (DirectoryStream<Path> children = Files.newDirectoryStream(root, AtomicFiles::isTemporary)) {
            children.forEach(left::add);
        }
        left.forEach(AtomicFiles::delete);
        if (PoolFiles.hasVersions(root)) {
            eraseOwn();
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw BadFileException.of(file, e);
        }
    }
}
