package dev.piecewise.gateway.completion;

import dev.piecewise.adapter.Merge;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.personalization.Mode;
import dev.piecewise.store.UserId;
import dev.piecewise.tenant.Caller;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who is served and how: the field {@code user} and the extension object {@code piecewise}.
 *
 * @param begun when the request came
 * @param user the user's key; the caller's nobody's where there is none
 * @param explain whether the answer names the pieces
 */
public record Recipient(Moment begun, Caller caller, String user, Mode mode, Optional<Merge> merge, boolean explain) {
    private static final Set<String> KNOWN = new TreeSet<>(Set.of("mode", "merge", "explain"));

    public static Recipient parse(Fields fields, Caller caller) {
        String user = caller.user(fields.text("user")
                .filter(name -> !name.isEmpty())
                .map(name -> new UserId(name).value())
                .orElse(""));
        Moment begun = Moment.now();
        Optional<Fields> extension = fields.object("piecewise");
        if (extension.isEmpty()) {
            return new Recipient(begun, caller, user, Mode.AUTO, Optional.empty(), false);
        }
        Fields piecewise = extension.get();
        piecewise.only(KNOWN);
        return new Recipient(begun, caller, user, mode(piecewise), merge(piecewise), piecewise.flag("explain"));
    }

    private static Mode mode(Fields piecewise) {
        Optional<String> mode = piecewise.text("mode");
        return mode.isEmpty()
                ? Mode.AUTO
                : Mode.parse(mode.get())
                        .orElseThrow(
                                () -> oneOf("mode", Arrays.stream(Mode.values()).map(Mode::wire)));
    }

    private static Optional<Merge> merge(Fields piecewise) {
        Optional<String> merge = piecewise.text("merge");
        if (merge.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(Merge.parse(merge.get())
                .orElseThrow(() -> oneOf("merge", Arrays.stream(Merge.values()).map(Merge::wire))));
    }

    private static ServingException oneOf(String field, Stream<String> values) {
        String name = "piecewise." + field;
        return ServingException.invalid(name, name + " must be one of " + values.collect(Collectors.joining(", ")));
    }
}
