package dev.piecewise.cli;

import picocli.CommandLine.Command;

/** What is trained. */
@Command(
        name = "train",
        description = "Trains on a base model, in this process.",
        mixinStandardHelpOptions = true,
        subcommands = {
            TrainBaseCommand.class,
            TrainSharersCommand.class,
            TrainGatesCommand.class,
            TrainAdapterCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class TrainCommand {}
