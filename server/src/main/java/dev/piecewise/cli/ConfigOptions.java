package dev.piecewise.cli;

import dev.piecewise.config.PiecewiseConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command takes which loads a model. */
final class ConfigOptions {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Configuration over the shipped defaults (config/piecewise.yaml lists every key).")
    private @Nullable Path config;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "One configuration key, such as engine.max-sequences=32; may be repeated, the last wins.")
    private List<String> settings = List.of();

    /** The configuration, with what the command itself was told before {@code --set}. */
    PiecewiseConfig load(String... own) {
        List<String> all = new ArrayList<>(List.of(own));
        all.addAll(settings);
        return PiecewiseConfig.load(Optional.ofNullable(config), all);
    }

    /** The configuration for the model in this directory. */
    PiecewiseConfig load(Path model) {
        return load("model.path=" + model);
    }
}
