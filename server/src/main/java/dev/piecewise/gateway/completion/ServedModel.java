package dev.piecewise.gateway.completion;

import dev.piecewise.gateway.http.Fields;
import dev.piecewise.gateway.tools.CallFormat;
import dev.piecewise.grammar.Grammars;
import dev.piecewise.text.ChatTemplate;
import dev.piecewise.text.Tokenizer;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The base model as clients see it.
 *
 * @param names what they ask for
 * @param created when it was loaded
 * @param fingerprint of the base model's content; answers carry its beginning as {@code system_fingerprint}
 * @param vocabulary token ids are below it
 * @param endTokens token ids that end a completion
 * @param dialect how it converses
 * @param grammars what its completions may be asked to be like
 */
public record ServedModel(
        Names names,
        Instant created,
        String fingerprint,
        int vocabulary,
        Set<Integer> endTokens,
        Tokenizer tokenizer,
        Dialect dialect,
        Grammars grammars) {

    /** The name that it goes by, and others that requests may call it. */
    public record Names(String name, List<String> aliases) {
        public boolean has(String asked) {
            return asked.equals(name) || aliases.contains(asked);
        }

        /** Every one of them; the first is the name. */
        public List<String> all() {
            return Stream.concat(Stream.of(name), aliases.stream()).toList();
        }
    }

    public ServedModel(
            Names names,
            Instant created,
            String fingerprint,
            int vocabulary,
            Set<Integer> endTokens,
            Tokenizer tokenizer,
            Dialect dialect) {
        this(
                names,
                created,
                fingerprint,
                vocabulary,
                endTokens,
                tokenizer,
                dialect,
                new Grammars(tokenizer, endTokens));
    }

    public String name() {
        return names.name();
    }

    /** The same model, which calls itself what the request calls it: answers carry the name that was asked for. */
    public ServedModel called(Fields request) {
        return request.text("model")
                .filter(names.aliases()::contains)
                .map(alias -> new Names(alias, names.all()))
                .map(asked -> new ServedModel(
                        asked, created, fingerprint, vocabulary, endTokens, tokenizer, dialect, grammars))
                .orElse(this);
    }

    public Optional<ChatTemplate> chatTemplate() {
        return dialect.template();
    }

    public CallFormat callFormat() {
        return dialect.calls();
    }

    /** The special tokens that mark calls. */
    public Set<Integer> callMarkers() {
        return callFormat().markers().stream()
                .flatMapToInt(marker -> tokenizer.id(marker).stream())
                .filter(tokenizer::isSpecial)
                .boxed()
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The beginning of the hash itself, without the name of its algorithm. */
    public String systemFingerprint() {
        String hash = fingerprint.substring(fingerprint.indexOf(':') + 1);
        return "fp_" + hash.substring(0, Math.min(12, hash.length()));
    }
}
