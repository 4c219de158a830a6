package dev.piecewise.grammar;

import dev.piecewise.engine.TokenConstraint;
import dev.piecewise.error.ServingException;
import dev.piecewise.text.Tokenizer;
import java.util.Optional;
import java.util.Set;

/** Compiles what completions of one model must be like, and keeps what it compiled. Any thread may call, but an event loop should not: compiling takes milliseconds. */
public final class Grammars {
    private final Optional<TokenConstraint> nothing = Optional.empty();

    /** {@code endTokens} never stand for a part of the text. */
    public Grammars(Tokenizer tokenizer, Set<Integer> endTokens) {}

    /** The state before the first token; INVALID_REQUEST names the keyword that cannot be honoured. */
    public TokenConstraint constraint(GrammarSpec spec) {
        return nothing.orElseThrow(
                () -> ServingException.invalid(spec.param(), spec.param() + " is not supported yet"));
    }
}
