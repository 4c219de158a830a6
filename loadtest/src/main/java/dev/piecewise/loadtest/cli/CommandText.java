package dev.piecewise.loadtest.cli;

import java.util.ArrayList;
import java.util.List;

/** A command as it can be given again; keys do not belong into it. */
final class CommandText {
    private static final String KEY = "--api-key";

    private CommandText() {}

    static String of(List<String> arguments) {
        List<String> shown = new ArrayList<>();
        boolean secret = false;
        for (String argument : arguments) {
            if (secret) {
                shown.add("KEY");
            } else if (argument.startsWith(KEY + "=")) {
                shown.add(KEY + "=KEY");
            } else {
                shown.add(
                        argument.matches("[\\w./:,=@%+{}-]+") ? argument : "'" + argument.replace("'", "'\\''") + "'");
            }
            secret = argument.equals(KEY);
        }
        return String.join(" ", shown);
    }
}
