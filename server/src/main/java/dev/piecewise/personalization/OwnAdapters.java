package dev.piecewise.personalization;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.piecewise.adapter.BankImage;
import dev.piecewise.adapter.BankLayout;
import dev.piecewise.adapter.PeftAdapter;
import dev.piecewise.adapter.PeftArchive;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.store.Store;
import java.io.InputStream;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Users' own adapters: in the store as they were uploaded, and in memory those of the users who were here lately. A replaced one is never taken for the new one. */
public final class OwnAdapters {
    private static final Search NONE = new Search.Missing("user has no adapter of their own", ErrorCode.UNKNOWN_USER);
    private static final int REMEMBERED = 65_536;

    private final Store store;
    private final BankLayout layout;
    private final String base;
    private final int maxRank;
    private final Cache<String, BankImage> adapters;
    private final Freshness freshness;
    private final Cache<String, Freshness.Heard<Optional<String>>> fingerprints = Caffeine.newBuilder()
            .maximumSize(REMEMBERED)
            .executor(Runnable::run)
            .build();

    /**
     * For one base model.
     *
     * @param layout of the device's adapter bank
     * @param base fingerprint of the base model
     * @param maxRank the largest rank that a slot takes
     * @param cacheBytes of adapters are kept in memory
     */
    public OwnAdapters(Store store, BankLayout layout, String base, int maxRank, long cacheBytes) {
        this(store, layout, base, maxRank, cacheBytes, new Freshness(System::nanoTime));
    }

    OwnAdapters(Store store, BankLayout layout, String base, int maxRank, long cacheBytes, Freshness freshness) {
        this.store = store;
        this.layout = layout;
        this.base = base;
        this.maxRank = maxRank;
        this.freshness = freshness;
        adapters = Caffeine.newBuilder()
                .maximumWeight(cacheBytes)
                .weigher((String fingerprint, BankImage adapter) -> (int) Math.min(Integer.MAX_VALUE, adapter.bytes()))
                .executor(Runnable::run)
                .build();
    }

    /**
     * What became of an upload.
     *
     * @param rank the largest of any site
     * @param sites how many
     * @param bytes of its factors as float32
     */
    public record Stored(String fingerprint, int rank, int sites, long bytes) {}

    /** Stores an adapter, creating the user if there is none. Holds no more of it in memory than a site's factors. INVALID_REQUEST says what is wrong with it. */
    public Stored put(String user, InputStream zip) {
        try (PeftArchive archive = PeftArchive.open(zip, layout.shape(), maxRank)) {
            PeftAdapter adapter = archive.adapter(layout.shape(), base);
            if (adapter.rank() > maxRank) {
                throw ServingException.invalid(
                        "adapter",
                        "the adapter has rank %d, and adapters.max-rank is %d".formatted(adapter.rank(), maxRank));
            }
            String fingerprint = adapter.fingerprint(base);
            store.putAdapter(user, fingerprint, base, archive::writeTo);
            fingerprints.asMap().remove(user);
            return new Stored(fingerprint, adapter.rank(), adapter.sites().size(), adapter.bytes());
        } catch (BadFileException bad) {
            throw ServingException.invalid("adapter", bad.text());
        }
    }

    /** Whether there is an adapter that the user can be served by. */
    sealed interface Search {
        record Found(BankImage adapter) implements Search {}

        /** {@code reason} in words; {@code code} is what a request gets that insists on the adapter. */
        record Missing(String reason, ErrorCode code) implements Search {}
    }

    Search find(String user) {
        Optional<String> fingerprint = fingerprint(user);
        if (fingerprint.isEmpty()) {
            adapters.invalidate(user);
            return NONE;
        }
        BankImage known = adapters.getIfPresent(user);
        if (known != null && known.fingerprint().equals(fingerprint.get())) {
            return new Search.Found(known);
        }
        try {
            BankImage loaded = adapters.asMap().compute(user, (_, _) -> load(user));
            return loaded == null ? NONE : new Search.Found(loaded);
        } catch (BadFileException bad) {
            return new Search.Missing(
                    "the user's own adapter cannot be served: " + bad.text() + "; upload it again", ErrorCode.CONFLICT);
        }
    }

    /** The two files of an adapter that {@link #put} took, as a zip; empty where there is none. */
    public Optional<StoredZip> zip(String user) {
        return store.adapter(user).map(adapter -> new StoredZip(store, user, adapter));
    }

    /** Erases a user's adapter; whether there was one. */
    public boolean delete(String user) {
        boolean deleted = store.deleteAdapter(user);
        forget(user);
        return deleted;
    }

    /** Drops what is in memory of a user's adapter; whether it was there. To be called after it was erased from the store. */
    boolean forget(String user) {
        fingerprints.asMap().remove(user);
        return adapters.asMap().remove(user) != null;
    }

    private Optional<String> fingerprint(String user) {
        Freshness.Heard<Optional<String>> heard = fingerprints.getIfPresent(user);
        if (heard == null || !freshness.holds(heard)) {
            heard = Objects.requireNonNull(fingerprints.asMap().compute(user, this::ask));
        }
        return heard.said();
    }

    private Freshness.Heard<Optional<String>> ask(String user, Freshness.@Nullable Heard<Optional<String>> before) {
        if (before == null) {
            return freshness.ask(() -> store.adapterFingerprint(user));
        }
        return freshness.holds(before) ? before : freshness.askAgain(before, () -> store.adapterFingerprint(user));
    }

    /** Another upload may replace the adapter while it is read; then the new one is. */
    private @Nullable BankImage load(String user) {
        for (Optional<StoredZip> zip = zip(user); zip.isPresent(); zip = zip(user)) {
            try {
                return image(zip.get());
            } catch (ServingException replaced) {
                if (replaced.code() != ErrorCode.CONFLICT) {
                    throw replaced;
                }
            }
        }
        return null;
    }

    /** That it is what was uploaded is seen by the zip's checksums; the fingerprint, which takes longer, was computed then. */
    private BankImage image(StoredZip zip) {
        Store.OwnAdapter stored = zip.adapter();
        if (!stored.base().isEmpty() && !stored.base().equals(base)) {
            throw otherBase();
        }
        try (PeftArchive archive = PeftArchive.stored(zip.input(), layout.shape(), maxRank)) {
            PeftAdapter adapter = archive.adapter(layout.shape(), base);
            if (stored.base().isEmpty() && !adapter.fingerprint(base).equals(stored.fingerprint())) {
                throw otherBase();
            }
            return layout.image(stored.fingerprint(), adapter);
        }
    }

    private static BadFileException otherBase() {
        return new BadFileException("the adapter", "was made for another base model");
    }
}
