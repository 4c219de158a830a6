package dev.piecewise.cli;

import dev.piecewise.config.PiecewiseConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The server. */
@Command(
        name = "serve",
        description = "Serves a base model and every user's own adapter over HTTP, until it is told to stop.",
        mixinStandardHelpOptions = true)
public final class ServeCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConfigOptions settings;

    @Override
    public Integer call() throws InterruptedException {
        PiecewiseConfig config = settings.load();
        try (Server server = new Server(config)) {
            String url = server.start();
            spec.commandLine().getErr().println("piecewise: loading on " + url);
            server.load();
            spec.commandLine().getErr().println("piecewise: ready on " + url + "\n" + example(config, url));
            server.awaitStop();
        }
        return 0;
    }

    private static String example(PiecewiseConfig config, String url) {
        return """
                try: curl %s/v1/completions -H 'content-type: application/json' \\
                       -d '{"model":"%s","prompt":"Once upon a time","max_tokens":64,"stream":true}'""".formatted(url, config.model().servedName());
    }
}
