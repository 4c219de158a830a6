package dev.piecewise.gateway.completion;

import dev.piecewise.grammar.Grammars;
import dev.piecewise.text.Tokenizer;
import java.time.Instant;
import java.util.Set;

/**
 * The base model as clients see it.
 *
 * @param name what they ask for
 * @param created when it was loaded
 * @param fingerprint of the base model's content; answers carry its beginning as {@code system_fingerprint}
 * @param vocabulary token ids are below it
 * @param endTokens token ids that end a completion
 * @param grammars what its completions may be asked to be like
 */
public record ServedModel(
        String name,
        Instant created,
        String fingerprint,
        int vocabulary,
        Set<Integer> endTokens,
        Tokenizer tokenizer,
        Grammars grammars) {

    public ServedModel(
            String name,
            Instant created,
            String fingerprint,
            int vocabulary,
            Set<Integer> endTokens,
            Tokenizer tokenizer) {
        this(name, created, fingerprint, vocabulary, endTokens, tokenizer, new Grammars(tokenizer, endTokens));
    }

    /** The beginning of the hash itself, without the name of its algorithm. */
    public String systemFingerprint() {
        String hash = fingerprint.substring(fingerprint.indexOf(':') + 1);
        return "fp_" + hash.substring(0, Math.min(12, hash.length()));
    }
}
