package dev.piecewise.config;

import static dev.piecewise.config.Checks.atLeast;
import static dev.piecewise.config.Checks.check;

import dev.piecewise.adapter.Merge;
import dev.piecewise.error.ServingException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The configuration: one component for each section of {@code config/piecewise.yaml}, which holds the defaults and explains the keys. A value that cannot be is a
 * {@link ServingException} whose {@code param} is the key.
 */
public record PiecewiseConfig(
        Server server,
        Model model,
        Engine engine,
        Adapters adapters,
        Personalization personalization,
        Store store,
        Metrics metrics,
        Telemetry telemetry,
        Security security) {

    /** The defaults, under the keys that {@code file} holds, under settings of the form {@code key=value}, of which the last wins. */
    public static PiecewiseConfig load(Optional<Path> file, List<String> settings) {
        ConfigTree tree = ConfigTree.shipped();
        file.ifPresent(tree::overlay);
        settings.forEach(tree::set);
        return tree.bind();
    }

    /** Where the gateway listens and what it takes. */
    public record Server(
            String host, int port, long maxBodyBytes, long maxAdapterBytes, int drainSeconds, int writeQueueBytes) {
        public Server {
            check(!host.isBlank(), "server.host", "must name an address");
            check(port >= 0 && port <= 65535, "server.port", "must be between 0 and 65535, not " + port);
            atLeast(1, maxBodyBytes, "server.max-body-bytes");
            atLeast(1, maxAdapterBytes, "server.max-adapter-bytes");
            check(
                    maxAdapterBytes < Integer.MAX_VALUE,
                    "server.max-adapter-bytes",
                    "must be less than 2 GiB, not " + maxAdapterBytes);
            atLeast(0, drainSeconds, "server.drain-seconds");
            atLeast(1, writeQueueBytes, "server.write-queue-bytes");
        }
    }

    /** The base model and what it runs on. */
    public record Model(String path, String name, String aliases, String device, Dtype dtype, boolean reasoning) {
        public Model {
            check(
                    device.matches("auto|cpu|cuda:\\d{1,3}"),
                    "model.device",
                    "must be auto, cpu or cuda:N, not \"" + device + '"');
        }

        /** Where the base model lies, or the one line that says that nobody said so. */
        public Path directory() {
            check(!path.isBlank(), "model.path", "is not set: name the base model's directory, --set model.path=DIR");
            return Path.of(path);
        }

        /** The name that clients ask for. */
        public String servedName() {
            return name.isBlank() ? directory().toAbsolutePath().normalize().getFileName() + "" : name;
        }

        /** Further names that clients may ask for. */
        public List<String> otherNames() {
            return Arrays.stream(aliases.split(","))
                    .map(String::strip)
                    .filter(alias -> !alias.isEmpty() && !alias.equals(servedName()))
                    .distinct()
                    .toList();
        }
    }

    /** What the weights are kept in; AUTO follows the checkpoint and the device. */
    public enum Dtype {
        AUTO,
        FLOAT32,
        BFLOAT16,
        INT8
    }

    /** How much runs and waits at once. */
    public record Engine(
            int maxSequences,
            int kvPlaces,
            int maxBatchedTokens,
            int maxWaiting,
            double maxItlStretch,
            int maxLength,
            int threads,
            boolean prefixCache) {
        public Engine {
            atLeast(1, maxSequences, "engine.max-sequences");
            atLeast(1, kvPlaces, "engine.kv-places");
            atLeast(1, maxBatchedTokens, "engine.max-batched-tokens");
            check(
                    maxBatchedTokens >= maxSequences,
                    "engine.max-batched-tokens",
                    "is %d, but engine.max-sequences is %d: every running sequence needs a token of each step"
                            .formatted(maxBatchedTokens, maxSequences));
            atLeast(1, maxWaiting, "engine.max-waiting");
            check(
                    maxItlStretch == 0 || (maxItlStretch > 1 && maxItlStretch < Double.POSITIVE_INFINITY),
                    "engine.max-itl-stretch",
                    "must be above 1, or 0 for no bound, not " + maxItlStretch);
            atLeast(0, maxLength, "engine.max-length");
            atLeast(0, threads, "engine.threads");
            check(
                    maxLength <= kvPlaces,
                    "engine.max-length",
                    "is %d, but engine.kv-places is %d: such a sequence could never run"
                            .formatted(maxLength, kvPlaces));
        }
    }

    /** The pool and the places for adapters. */
    public record Adapters(
            String pool,
            String tenantPools,
            AdapterMode mode,
            Merge merge,
            int slots,
            int maxRank,
            long hostCacheBytes) {
        private static final int MOST_COLUMNS = 1 << 20;

        public Adapters {
            atLeast(1, slots, "adapters.slots");
            atLeast(1, maxRank, "adapters.max-rank");
            check(
                    (long) slots * maxRank <= MOST_COLUMNS,
                    "adapters.slots",
                    "is %d, with adapters.max-rank %d more than %d columns of the adapter bank"
                            .formatted(slots, maxRank, MOST_COLUMNS));
            atLeast(0, hostCacheBytes, "adapters.host-cache-bytes");
        }

        /** Where the pool lies; empty when there is none. */
        public Optional<Path> poolDirectory() {
            return pool.isBlank() ? Optional.empty() : Optional.of(Path.of(pool));
        }

        /** Where tenants' own pools lie; empty when nobody can have one. */
        public Optional<Path> tenantPoolsDirectory() {
            return tenantPools.isBlank() ? Optional.empty() : Optional.of(Path.of(tenantPools));
        }
    }

    /** Where adapters are on the device: the whole pool with gains, or merged ones in slots. */
    public enum AdapterMode {
        AUTO,
        RESIDENT,
        SLOTS
    }

    /** How a history becomes a plan, and who is served without one. */
    public record Personalization(
            UnknownUser unknownUser,
            int k,
            double temperature,
            Selection selection,
            int batch,
            int maxItems,
            int maxHistoryTokens,
            int guardItems,
            int ragItems,
            int ragSearched,
            int maxPlansCached,
            int reassembleAfter) {
        public Personalization {
            atLeast(1, k, "personalization.k");
            check(
                    temperature > 0 && temperature < Double.POSITIVE_INFINITY,
                    "personalization.temperature",
                    "must be greater than 0, not " + temperature);
            atLeast(1, batch, "personalization.batch");
            atLeast(1, maxItems, "personalization.max-items");
            atLeast(2, maxHistoryTokens, "personalization.max-history-tokens");
            atLeast(0, guardItems, "personalization.guard-items");
            atLeast(1, ragItems, "personalization.rag-items");
            atLeast(1, ragSearched, "personalization.rag-searched");
            atLeast(0, maxPlansCached, "personalization.max-plans-cached");
            atLeast(0, reassembleAfter, "personalization.reassemble-after");
        }
    }

    /** What a user gets who has neither plan nor adapter. */
    public enum UnknownUser {
        BASE,
        REJECT
    }

    /** Over which items a piece's score is taken. */
    public enum Selection {
        GLOBAL,
        PER_BATCH
    }

    /** Where users, histories and plans are kept. */
    public record Store(String url, String dataDirectory) {
        public Store {
            check(
                    url.startsWith("jdbc:sqlite:") || url.startsWith("jdbc:postgresql:"),
                    "store.url",
                    "must begin with jdbc:sqlite: or jdbc:postgresql:");
            check(!dataDirectory.isBlank(), "store.data-directory", "must name a directory");
        }

        public Path directory() {
            return Path.of(dataDirectory);
        }
    }

    /** Who may ask. */
    public record Security(
            boolean requireKeys,
            int keysWithoutDatabaseSeconds,
            boolean allowOpen,
            String tlsCertificate,
            String tlsKey) {
        public Security {
            atLeast(0, keysWithoutDatabaseSeconds, "security.keys-without-database-seconds");
            check(
                    tlsCertificate.isBlank() == tlsKey.isBlank(),
                    "security.tls-key",
                    "and security.tls-certificate are set together or not at all");
        }

        public boolean tls() {
            return !tlsKey.isBlank();
        }
    }

    /** Where traces go, and of which part of the requests. */
    public record Telemetry(String otlpEndpoint, double sampleRatio) {
        public Telemetry {
            check(
                    otlpEndpoint.isBlank() || otlpEndpoint.matches("https?://[^/?#\\s]+[^?#\\s]*"),
                    "telemetry.otlp-endpoint",
                    "must be an address such as http://localhost:4318");
            check(sampleRatio >= 0 && sampleRatio <= 1, "telemetry.sample-ratio", "must be between 0 and 1");
        }
    }

    /** Whether metrics are served. */
    public record Metrics(boolean enabled) {}
}
