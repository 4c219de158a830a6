package dev.piecewise.cli;

import dev.piecewise.config.PiecewiseConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A whole server in this process that has loaded everything, and a client that asks it. */
record RunningServer(Server server, ServerClient client) implements AutoCloseable {
    /** With a model, a pool and a database; {@code more} are further settings. */
    static RunningServer start(Path model, Path pool, String database, String... more) throws InterruptedException {
        return start(config(model, pool, database, more));
    }

    static RunningServer start(PiecewiseConfig config) throws InterruptedException {
        Server server = new Server(config);
        ServerClient client = new ServerClient(server.start());
        server.load();
        return new RunningServer(server, client);
    }

    /** What it is started with, on any free port. */
    static PiecewiseConfig config(Path model, Path pool, String database, String... more) {
        List<String> needed =
                List.of("server.port=0", "model.path=" + model, "adapters.pool=" + pool, "store.url=" + database);
        return PiecewiseConfig.load(
                Optional.empty(),
                Stream.concat(needed.stream(), Stream.of(more)).toList());
    }

    /** The database in a directory. */
    static String database(Path directory) {
        return "jdbc:sqlite:" + directory.resolve("store.db");
    }

    @Override
    public void close() {
        server.close();
    }
}
