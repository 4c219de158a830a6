package dev.piecewise.personalization;

import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolFiles;
import dev.piecewise.adapter.PoolVersions;
import dev.piecewise.adapter.PoolWatch;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A pool that users are served from: takes up its new versions while the server runs, and lets sharers withdraw. Any thread may call; a call may read the whole pool. */
public final class PublishedPool implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PublishedPool.class);

    private final Path directory;
    private final Function<Path, Pool> reader;
    private final Taker taker;
    private final PoolVersions versions;
    private final Lookout lookout;
    private PoolWatch watch;
    /** Null when everybody has withdrawn. */
    private @Nullable Pool pool;

    private String seen = "not looked yet";

    /** Is told what to serve. */
    public interface Taker {
        /** Serves this version from now on. UNAVAILABLE when it cannot. */
        void take(Pool newer, PoolWatch watch);

        /** Everybody who was in this version has withdrawn. */
        void leave(Pool last);
    }

    /** What a withdrawal did: the version without the sharer, empty when nobody is left, and how many versions with them were erased. */
    public record Withdrawn(String version, int versionsErased) {}

    /** Begins to look for new versions, until it is closed. {@code directory} is where {@code loaded} was read from, and {@code reader} reads what is there. */
    public PublishedPool(Path directory, Pool loaded, Function<Path, Pool> reader, Taker taker) {
        this.directory = PoolFiles.root(directory);
        this.reader = reader;
        this.taker = taker;
        versions = new PoolVersions(this.directory);
        watch = PoolWatch.of(this.directory, loaded);
        pool = loaded;
        lookout = new Lookout("pool", this::look);
    }

    /** The name of the directory. */
    public String name() {
        return String.valueOf(directory.toAbsolutePath().normalize().getFileName());
    }

    /** The version that is served, which is the current one if it can be; empty when everybody has withdrawn. */
    public synchronized Optional<Pool> pool() {
        look();
        return Optional.ofNullable(pool);
    }

    /** The versions that are published; none when nobody's pieces are any more. */
    public List<PoolVersions.Version> versions() {
        try {
            return versions.current().isEmpty() ? List.of() : versions.published();
        } catch (BadFileException bad) {
            throw new ServingException(ErrorCode.UNAVAILABLE, "the pool cannot be read: " + bad.text());
        }
    }

    /**
     * Publishes a version without this sharer and serves it; of who has withdrawn already, erases what a withdrawal that did not end left. NOT_FOUND where there is neither, CONFLICT when the pool cannot
     * be changed here.
     */
    public synchronized Withdrawn withdraw(String sharer) {
        look();
        boolean gone =
                pool == null || pool.indexOf(sharer) < 0 || watch.withdrawn().contains(sharer);
        if (gone && !hasWithdrawn(sharer)) {
            throw unknown();
        }
        try {
            int erased = versions.withdraw(sharer, Instant.now().truncatedTo(ChronoUnit.SECONDS));
            if (gone && erased == 0) {
                throw unknown();
            }
            look();
            return new Withdrawn(versions.current().orElse(""), erased);
        } catch (BadFileException bad) {
            throw new ServingException(ErrorCode.CONFLICT, "the pool cannot be changed: " + bad.text(), "sharer");
        }
    }

    private boolean hasWithdrawn(String sharer) {
        return pool != null
                && pool.withdrawn().stream().anyMatch(past -> past.id().equals(sharer));
    }

    private static ServingException unknown() {
        return new ServingException(ErrorCode.NOT_FOUND, "the pool has no such sharer", "sharer");
    }

    /** Takes up the version that is published now, if it is another one. */
    public synchronized void look() {
        String now = watch.version();
        if (now.equals(seen)) {
            return;
        }
        seen = now;
        try {
            Optional<String> current = versions.current();
            if (current.isPresent() && (pool == null || !current.get().equals(pool.hash()))) {
                take(reader.apply(directory));
            } else if (pool != null && versions.isLeft()) {
                Pool last = pool;
                pool = null;
                taker.leave(last);
                log.atInfo().addKeyValue("pool", name()).log("everybody has withdrawn from a pool");
            }
        } catch (BadFileException bad) {
            log.atWarn().addKeyValue("reason", bad.text()).log("a pool's new version is not served");
        }
    }

    @Override
    public void close() {
        lookout.close();
    }

    private void take(Pool newer) {
        PoolWatch next = PoolWatch.of(directory, newer);
        try {
            taker.take(newer, next);
            pool = newer;
            watch = next;
            log.atInfo().addKeyValue("pool", newer.hash()).log("a pool's new version is served");
        } catch (ServingException refused) {
            log.atWarn()
                    .addKeyValue("pool", newer.hash())
                    .addKeyValue("reason", refused.text())
                    .log("a pool's new version cannot be served; restart to serve it");
        }
    }
}
