package dev.piecewise.grammar;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.piecewise.engine.TokenConstraint;
import dev.piecewise.text.Tokenizer;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Compiles what completions of one model must be like, and keeps what it compiled, with the masks that were needed, up to a limit of memory. Any thread may call,
 * but an event loop should not: compiling takes milliseconds, and the first time a good part of a second.
 */
public final class Grammars {
    private static final long MOST_BYTES = 256L << 20;

    /** Compiling a hostile schema takes tens of megabytes before it is refused. */
    private static final int AT_ONCE = 4;

    /** While a schema is compiled, its place in the table is locked, which others should have none of. */
    private static final int PLACES = 4096;

    private final Tokenizer tokenizer;
    private final Set<Integer> endTokens;
    private final Cache<Key, Grammar> known = Caffeine.newBuilder()
            .initialCapacity(PLACES)
            .maximumWeight(MOST_BYTES)
            .weigher((Key key, Grammar grammar) -> (int) Math.min(Integer.MAX_VALUE, grammar.size() + key.size()))
            .executor(Runnable::run)
            .build();

    private final Slices slices = Slices.ofMachine();
    private final Semaphore compiling = new Semaphore(AT_ONCE, true);
    private @Nullable TokenTrie tokens;

    /** The text tells apart schemas that have their properties in another order. */
    private record Key(GrammarSpec spec, String text) {
        private static final int BYTES_PER_CHARACTER = 8;

        /** Bytes of memory, about: what nobody compiles, such as descriptions, is kept too. */
        long size() {
            return (long) BYTES_PER_CHARACTER * text.length();
        }
    }

    /** Of one tokenizer, whose {@code endTokens} never stand for a part of the text. */
    public Grammars(Tokenizer tokenizer, Set<Integer> endTokens) {
        this.tokenizer = tokenizer;
        this.endTokens = endTokens;
    }

    /** The state before the first token; INVALID_REQUEST names the keyword that cannot be honoured. */
    public TokenConstraint constraint(GrammarSpec spec) {
        Key key = new Key(spec, spec.toString());
        Grammar grammar = known.get(key, wanted -> compile(spec));
        GrammarState start = grammar.start();
        start.allowed();
        // A grammar grows while it is used, so it is weighed anew.
        known.asMap().replace(key, grammar, grammar);
        return start;
    }

    private Grammar compile(GrammarSpec spec) {
        TokenTrie trie = tokens();
        compiling.acquireUninterruptibly();
        try {
            return GrammarCompiler.compile(spec, trie, slices);
        } finally {
            compiling.release();
        }
    }

    private synchronized TokenTrie tokens() {
        TokenTrie made = tokens == null ? TokenTrie.of(tokenizer, endTokens) : tokens;
        tokens = made;
        return made;
    }
}
