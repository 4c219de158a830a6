package dev.piecewise.cli;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.AdapterCache;
import dev.piecewise.adapter.Assembler;
import dev.piecewise.adapter.Pool;
import dev.piecewise.adapter.PoolWatch;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.config.PiecewiseConfig;
import dev.piecewise.engine.LocalEngine;
import dev.piecewise.evaluation.Respondent;
import dev.piecewise.gateway.Gateway;
import dev.piecewise.gateway.Serving;
import dev.piecewise.gateway.completion.Dialect;
import dev.piecewise.gateway.completion.ServedModel;
import dev.piecewise.gateway.http.HttpLimits;
import dev.piecewise.gateway.http.TlsFiles;
import dev.piecewise.metrics.CacheStats;
import dev.piecewise.metrics.Metrics;
import dev.piecewise.model.TorchSelector;
import dev.piecewise.personalization.Loaded;
import dev.piecewise.personalization.LocalPersonalizer;
import dev.piecewise.personalization.OwnAdapters;
import dev.piecewise.personalization.Settings;
import dev.piecewise.store.Store;
import dev.piecewise.store.Stores;
import dev.piecewise.telemetry.Traces;
import dev.piecewise.tenant.Entrance;
import dev.piecewise.tenant.KeyRing;
import dev.piecewise.text.ChatTemplate;
import dev.piecewise.text.ChatTemplates;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The parts of a server, wired as the configuration says, and closed in the reverse order. */
final class Server implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Server.class);

    private final PiecewiseConfig config;
    private final String name;
    private final Metrics metrics;
    private final KeyRing keys;
    private final Gateway gateway;
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    Server(PiecewiseConfig config) {
        Exposure.check(config);
        this.config = config;
        this.name = config.model().servedName();
        this.keys = new KeyRing(
                Clock.systemUTC(), Duration.ofSeconds(config.security().keysWithoutDatabaseSeconds()));
        ModelConfig shape = ModelConfigReader.read(config.model().directory());
        Traces traces = open(Telemetry.traces(config.telemetry(), System.getenv()));
        this.metrics = new Metrics(name, LoadedModel.maxLength(shape, config.engine()), traces);
        int body = Math.toIntExact(config.server().maxBodyBytes());
        this.gateway = new Gateway(
                HttpLimits.DEFAULT
                        .withBytes(body, config.server().writeQueueBytes())
                        .withUploads(config.server().maxAdapterBytes()),
                metrics,
                config.metrics().enabled(),
                config.security().requireKeys() ? keys : Entrance.WITHOUT_KEYS);
        parts.push(keys);
        parts.push(gateway);
    }

    /** Opens the port, where the server says that it is loading; returns its address. */
    String start() throws InterruptedException {
        PiecewiseConfig.Server server = config.server();
        int port = gateway.start(server.host(), server.port(), tls());
        String host = server.host().contains(":") ? "[" + server.host() + "]" : server.host();
        return (config.security().tls() ? "https://" : "http://") + host + ":" + port;
    }

    /** Loads the model, the pool and the store; from then on requests are answered. */
    void load() {
        Store store = open(Stores.open(config.store().url()));
        follow(store);
        LoadedModel model = open(LoadedModel.load(config));
        Settings settings = Settings.of(config);
        Loaded loaded = loaded(model, settings);
        LocalEngine engine = open(
                Engines.serving(model, config, loaded.resident() ? loaded.pool() : Optional.empty(), metrics.engine()));
        TorchSelector selector = open(new TorchSelector(model.base()));
        AdapterCache adapters =
                new AdapterCache(model.base().bankLayout(), config.adapters().hostCacheBytes(), metrics::merged);
        LocalPersonalizer personalizer = new LocalPersonalizer(
                loaded,
                settings,
                store,
                new LocalPersonalizer.Tools(
                        new Assembler(selector, Adaptations.encoder(model, config), Clock.systemUTC()),
                        new Respondent(engine, model.tokenizer(), model.endTokens())::loss,
                        adapters,
                        Optional.of(own(model, store)),
                        metrics::assembled));
        metrics.cache("host", new HostTier(adapters));
        metrics.cache("plan", personalizer.plans());
        ServedPools pools = open(
                new ServedPools(new ServedPools.Serving(personalizer, engine, selector, metrics, model::pool), store));
        gateway.serve(new Serving(
                served(model),
                engine,
                personalizer,
                store,
                open(pools.open(config.adapters(), loaded.pool())),
                config.personalization().reassembleAfter()));
        log.atInfo()
                .addKeyValue("model", name)
                .addKeyValue("dtype", model.base().dtype())
                .addKeyValue("pool", loaded.pool().map(Pool::hash).orElse("none"))
                .addKeyValue("resident", loaded.resident())
                .log("serving");
    }

    /** The base, and the operator's pool where there is one. */
    private Loaded loaded(LoadedModel model, Settings settings) {
        Optional<Path> directory = config.adapters().poolDirectory();
        Optional<Pool> pool = directory.map(model::pool);
        PoolWatch watch =
                pool.map(read -> PoolWatch.of(directory.orElseThrow(), read)).orElse(PoolWatch.NONE);
        boolean resident = pool.isPresent() && Residency.of(settings, pool.get(), model.base());
        return new Loaded(new Adaptation.Base(model.fingerprint()), pool, resident, watch);
    }

    private Optional<TlsFiles> tls() {
        PiecewiseConfig.Security security = config.security();
        return security.tls()
                ? Optional.of(new TlsFiles(Path.of(security.tlsCertificate()), Path.of(security.tlsKey())))
                : Optional.empty();
    }

    private void follow(Store store) {
        if (config.security().requireKeys()) {
            keys.follow(store.keys());
            if (keys.size() == 0) {
                log.atWarn().log("there are no API keys yet, so nobody is let in; make one: piecewise keys create");
            }
        }
    }

    private OwnAdapters own(LoadedModel model, Store store) {
        PiecewiseConfig.Adapters adapters = config.adapters();
        return new OwnAdapters(
                store, model.base().bankLayout(), model.fingerprint(), adapters.maxRank(), adapters.hostCacheBytes());
    }

    private ServedModel served(LoadedModel model) {
        Optional<ChatTemplate> chat = ChatTemplates.load(config.model().directory());
        return new ServedModel(
                new ServedModel.Names(name, config.model().otherNames()),
                Instant.now(),
                model.fingerprint(),
                model.shape().vocabulary(),
                chat.isPresent() ? withEndOfTurn(model) : model.endTokens(),
                model.tokenizer(),
                Dialect.of(chat).withReasoning(config.model().reasoning()));
    }

    /** A model that converses ends its turns with the token that its tokenizer calls the end, whether the model's configuration lists that or not. */
    private static Set<Integer> withEndOfTurn(LoadedModel model) {
        Set<Integer> ends = new HashSet<>(model.endTokens());
        model.tokenizer().eos().stream()
                .filter(token -> token < model.shape().vocabulary())
                .forEach(ends::add);
        return Set.copyOf(ends);
    }

    /** The host's cache of merged adapters, as metrics. */
    private record HostTier(AdapterCache adapters) implements CacheStats {
        @Override
        public long hits() {
            return adapters.stats().hits();
        }

        @Override
        public long misses() {
            return adapters.stats().misses();
        }

        @Override
        public long evictions() {
            return adapters.stats().evictions();
        }

        @Override
        public long bytes() {
            return adapters.stats().bytes();
        }
    }

    private <T extends AutoCloseable> T open(T part) {
        parts.push(part);
        return part;
    }

    /** Waits until the process is told to end, then lets what runs finish. */
    void awaitStop() throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopAndWait, "shutdown"));
        stop.await();
        log.atInfo().log("draining");
        gateway.drain(Duration.ofSeconds(config.server().drainSeconds()));
    }

    /** The process ends when its shutdown hooks have, so this one waits until everything is closed. */
    private void stopAndWait() {
        stop.countDown();
        try {
            closed.await(config.server().drainSeconds() + 10L, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                log.atWarn()
                        .addKeyValue("part", part.getClass().getSimpleName())
                        .setCause(e)
                        .log("did not close");
            }
        }
        closed.countDown();
    }
}
