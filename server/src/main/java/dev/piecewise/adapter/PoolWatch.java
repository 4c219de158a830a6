package dev.piecewise.adapter;

import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells who withdrew from a published pool since it was loaded. Each question looks whether another version was published, which costs a few microseconds; so nothing of a
 * sharer needs to be served once a version without them is there. Any thread may ask.
 */
public final class PoolWatch {
    /** For a pool that is not published in versions, or for none. */
    public static final PoolWatch NONE = new PoolWatch(null, Set.of());

    private static final int TRIES = 5;
    private static final String NOBODY = "";
    private static final String PLAIN = "not published in versions";

    private final @Nullable Path root;
    private final Set<String> sharers;
    private volatile Seen seen = new Seen("not looked yet", Set.of());

    /** @param version tells the file {@code current} from any other that was there or will be */
    private record Seen(String version, Set<String> withdrawn) {}

    private PoolWatch(@Nullable Path root, Set<String> sharers) {
        this.root = root;
        this.sharers = sharers;
    }

    /** {@code directory} is where the pool was read from: where its versions are, or one of them. */
    public static PoolWatch of(Path directory, Pool loaded) {
        return new PoolWatch(PoolFiles.root(directory), Set.copyOf(loaded.sharerIds()));
    }

    /** Those of the loaded pool's sharers who withdrew; UNAVAILABLE when that cannot be found out. Who comes back does so with other pieces, and stays here. */
    public Set<String> withdrawn() {
        if (root == null) {
            return Set.of();
        }
        String now = version(root);
        Seen last = seen;
        return now.equals(last.version) ? last.withdrawn : look(root);
    }

    /** Tells the version that is published now from every other one that was or will be. UNAVAILABLE when that cannot be found out. */
    public String version() {
        return root == null ? NOBODY : version(root);
    }

    private synchronized Set<String> look(Path published) {
        for (int i = 0; i < TRIES; i++) {
            String before = version(published);
            try {
                Set<String> withdrawn = new HashSet<>(seen.withdrawn);
                withdrawn.addAll(before.equals(NOBODY) ? sharers : before.equals(PLAIN) ? Set.of() : listed(published));
                withdrawn.retainAll(sharers);
                seen = new Seen(before, Set.copyOf(withdrawn));
                return seen.withdrawn;
            } catch (BadFileException replaced) {
                if (before.equals(version(published))) {
                    throw new ServingException(ErrorCode.UNAVAILABLE, "the pool cannot be read: " + replaced.text());
                }
            }
        }
        throw new ServingException(ErrorCode.UNAVAILABLE, "the pool changes all the time");
    }

    private static List<String> listed(Path published) {
        return PoolDescription.read(PoolFiles.version(published).resolve(PoolFiles.DESCRIPTION)).withdrawn().stream()
                .map(Pool.Withdrawal::id)
                .toList();
    }

    /** A replaced file is another one even within the same tick of the clock. */
    private static String version(Path published) {
        try {
            BasicFileAttributes file =
                    Files.readAttributes(published.resolve(PoolFiles.CURRENT), BasicFileAttributes.class);
            return file.fileKey() + " " + file.lastModifiedTime();
        } catch (NoSuchFileException e) {
            return PoolFiles.isVersion(published) ? PLAIN : NOBODY;
        } catch (IOException e) {
            throw new ServingException(ErrorCode.UNAVAILABLE, "the pool cannot be read: " + e.getMessage());
        }
    }
}
