package dev.piecewise.gateway.completion;

import dev.piecewise.adapter.Merge;
import dev.piecewise.error.ServingException;
import dev.piecewise.gateway.http.Fields;
import dev.piecewise.gateway.http.Texts;
import dev.piecewise.personalization.Mode;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Who is served and how: the field {@code user} and the extension object {@code piecewise}.
 *
 * @param user "" for nobody
 * @param explain whether the answer names the pieces
 */
record Recipient(String user, Mode mode, Optional<Merge> merge, boolean explain) {
    private static final Set<String> KNOWN = new TreeSet<>(Set.of("mode", "merge", "explain"));

    static Recipient parse(Fields fields) {
        String user =
                fields.text("user").map(text -> Texts.userId("user", text)).orElse("");
        Optional<Fields> extension = fields.object("piecewise");
        if (extension.isEmpty()) {
            return new Recipient(user, Mode.AUTO, Optional.empty(), false);
        }
        Fields piecewise = extension.get();
        piecewise.only(KNOWN);
        return new Recipient(user, mode(piecewise), merge(piecewise), piecewise.flag("explain"));
    }

    private static Mode mode(Fields piecewise) {
        Optional<String> mode = piecewise.text("mode");
        return mode.isEmpty() ? Mode.AUTO : Mode.parse(mode.get()).orElseThrow(() -> oneOf("mode", modes()));
    }

    private static Optional<Merge> merge(Fields piecewise) {
        Optional<String> text = piecewise.text("merge");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Optional<Merge> merge = Arrays.stream(Merge.values())
                .filter(one -> one.wire().equals(text.get()))
                .findFirst();
        if (merge.isEmpty()) {
            throw oneOf("merge", Arrays.stream(Merge.values()).map(Merge::wire).toList());
        }
        return merge;
    }

    private static Iterable<String> modes() {
        return Arrays.stream(Mode.values()).map(Mode::wire).toList();
    }

    private static ServingException oneOf(String field, Iterable<String> values) {
        String name = "piecewise." + field;
        return ServingException.invalid(name, name + " must be one of " + String.join(", ", values));
    }
}
