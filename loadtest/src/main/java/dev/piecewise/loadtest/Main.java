package dev.piecewise.loadtest;

import dev.piecewise.loadtest.cli.LoadtestCommand;
import java.util.Locale;

/** The load generator's entry. */
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        Locale.setDefault(Locale.ROOT);
        System.exit(LoadtestCommand.commandLine().execute(args));
    }
}
