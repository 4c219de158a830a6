package dev.piecewise.cli;

import dev.piecewise.config.PiecewiseConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The server with the shipped model, pool and people. */
@Command(
        name = "demo",
        description = "Serves the shipped demo: a small base model, a pool of shared pieces, and 200 invented people.",
        mixinStandardHelpOptions = true,
        subcommands = {DemoGenerateCommand.class, DemoPlansCommand.class})
public final class DemoCommand implements Callable<Integer> {
    private static final String MODEL = "model-store/piecewise_demo";
    private static final String PROMPT = "Note: ask Clara to bring the tent on Friday.\\nText:";

    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions settings;

    @Override
    public Integer call() throws InterruptedException {
        PiecewiseConfig config = config(settings);
        DemoPeople.require(config.model().directory());
        // Two threads that set logging up at once make it print how it copes with that.
        LoggerFactory.getILoggerFactory();
        FutureTask<DemoPeople> storing = new FutureTask<>(() -> stored(config));
        Thread.ofPlatform().name("people").start(storing);
        try (Server server = new Server(config)) {
            String url = server.start();
            LoadedModel.startPyTorch(config);
            DemoPeople people = result(storing);
            server.load();
            spec.commandLine()
                    .getErr()
                    .println("piecewise: ready on " + url + "\n"
                            + example(people.names(), url, config.model().servedName()));
            server.awaitStop();
        }
        return 0;
    }

    private DemoPeople stored(PiecewiseConfig config) {
        DemoPeople people = DemoPeople.read(config.model().directory());
        try (Progress progress = new Progress(spec.commandLine().getErr(), "storing people")) {
            people.store(config.store().url(), progress::at);
        }
        return people;
    }

    private static DemoPeople result(FutureTask<DemoPeople> storing) throws InterruptedException {
        try {
            return storing.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(failed);
        }
    }

    /** The shipped model, pool and a store of the demo's own, where the caller did not say otherwise. */
    static PiecewiseConfig config(ConfigOptions settings) {
        Path home = Path.of(System.getProperty("piecewise.home", ""));
        Path model = home.resolve(MODEL);
        return settings.load(
                "model.path=" + model,
                "adapters.pool=" + model.resolve("pool"),
                "store.url=jdbc:sqlite:" + home.resolve(".piecewise/demo.db"),
                "store.data-directory=" + home.resolve(".piecewise"));
    }

    /** The first of the people, side by side, and nobody. */
    private static String example(List<String> names, String url, String model) {
        String users = String.join(" ", names.subList(0, Math.min(3, names.size())));
        return """
                try: for user in %s nobody; do curl -s %s/v1/completions -H 'content-type: application/json' \\
                       -d '{"model":"%s","user":"'$user'","prompt":"%s","max_tokens":48,"temperature":0}'; echo; done""".formatted(users, url, model, PROMPT);
    }
}
