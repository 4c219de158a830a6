package dev.piecewise.cli;

import dev.piecewise.config.PiecewiseConfig;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of commands that load the base model that they are told to. */
final class BaseModelOptions {
    @Mixin
    private ConfigOptions settings;

    @Option(names = "--model", paramLabel = "DIR", required = true, description = "The base model's directory.")
    private Path directory;

    /** The configuration for this model. */
    PiecewiseConfig config() {
        return settings.load(directory);
    }
}
