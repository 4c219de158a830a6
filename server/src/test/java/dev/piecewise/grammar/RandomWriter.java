package dev.piecewise.grammar;

import dev.piecewise.engine.TokenConstraint;
import dev.piecewise.text.Tokenizer;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** A model that draws among the allowed tokens, and among them mostly those that end what is begun. */
final class RandomWriter {
    private final Tokenizer tokenizer;
    private final Random random;

    RandomWriter(Tokenizer tokenizer, long seed) {
        this.tokenizer = tokenizer;
        random = new Random(seed);
    }

    /** A text that ends where it may; empty if it came to no end within so many tokens. */
    Optional<String> write(TokenConstraint start, int most) {
        IntStream.Builder tokens = IntStream.builder();
        TokenConstraint at = start;
        for (int i = 0; i < most; i++) {
            if (at.mustEnd() || (at.mayEnd() && random.nextInt(3) == 0)) {
                return Optional.of(tokenizer.decode(tokens.build().toArray(), true));
            }
            int token = token(at);
            tokens.add(token);
            at = at.after(token);
        }
        return Optional.empty();
    }

    private int token(TokenConstraint at) {
        int[] allowed = allowed(at.allowed());
        if (allowed.length == 0) {
            throw new AssertionError("neither the end nor any token is allowed");
        }
        int token = allowed[random.nextInt(allowed.length)];
        for (int tries = random.nextInt(3); tries > 0; tries--) {
            int other = allowed[random.nextInt(allowed.length)];
            token = closes(other) ? other : token;
        }
        return token;
    }

    private boolean closes(int token) {
        return tokenizer.piece(token).matches(".*[\"}\\]].*");
    }

    static int[] allowed(long[] words) {
        return IntStream.range(0, words.length * 64)
                .filter(token -> (words[token >> 6] >>> token & 1) != 0)
                .toArray();
    }

    /** The token of a single byte. */
    static int token(Tokenizer tokenizer, byte b) {
        return IntStream.range(0, tokenizer.size())
                .filter(token -> tokenizer
                        .bytes(token)
                        .filter(bytes -> bytes.length == 1 && bytes[0] == b)
                        .isPresent())
                .findFirst()
                .orElseThrow();
    }
}
