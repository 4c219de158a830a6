package dev.piecewise.loadtest.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.piecewise.loadtest.measure.Summary;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One use of the load generator: its runs, in order, and all that is needed to do it again.
 *
 * @param created date and time, ISO 8601
 * @param command the arguments, without keys
 * @param bounds that goodput was counted under; empty for none
 * @param notes what a reader has to know about the figures
 * @param beside what another server did with the same requests, in turns
 */
public record Report(
        int format,
        String created,
        String command,
        Machine machine,
        Server server,
        String bounds,
        long seed,
        List<String> notes,
        List<Run> runs,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Beside beside) {
    /** Of the JSON; to be raised when a field changes its meaning. */
    public static final int FORMAT = 1;

    public Report {
        notes = List.copyOf(notes);
        runs = List.copyOf(runs);
    }

    /** Another server that was asked the same, a run of it after each of the first one's. */
    public record Beside(Server server, List<Run> runs) {
        public Beside {
            runs = List.copyOf(runs);
        }
    }

    /** The server that was asked. */
    public record Server(String url, String version, String dialect, String model) {
        /** As reports write it. */
        String text() {
            return "%s%s, %s, at %s".formatted(dialect, version.isEmpty() ? "" : " " + version, model, url);
        }
    }

    /**
     * One load and what became of it.
     *
     * @param name of the row
     * @param load how many at a time or how many a second
     * @param users 0 for the base model
     */
    public record Run(
            String name,
            String api,
            String load,
            int users,
            String popularity,
            String prompts,
            String answers,
            Summary summary) {}
}
