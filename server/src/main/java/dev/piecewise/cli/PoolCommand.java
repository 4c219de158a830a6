package dev.piecewise.cli;

import picocli.CommandLine.Command;

/** What is done with pools. */
@Command(
        name = "pool",
        description = "Makes and checks pools of pieces.",
        mixinStandardHelpOptions = true,
        subcommands = {
            PoolImportCommand.class,
            PoolInspectCommand.class,
            PoolVerifyCommand.class,
            PoolPublishCommand.class,
            PoolAddCommand.class,
            PoolWithdrawCommand.class
        },
        synopsisSubcommandLabel = "COMMAND")
public final class PoolCommand {}
