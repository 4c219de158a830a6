package dev.piecewise.grammar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.grammar.GrammarSpec.AnyObject;
import dev.piecewise.grammar.GrammarSpec.Choice;
import dev.piecewise.grammar.GrammarSpec.Schema;
import dev.piecewise.text.TinyTokenizers;
import dev.piecewise.text.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What grammars keep, and what happens when it is too much. */
@Timeout(60)
final class GrammarMemoryTest {
    @TempDir
    static Path directory;

    static Tokenizer tokenizer;
    static TokenTrie tokens;

    @BeforeAll
    static void load() {
        tokenizer = TinyTokenizers.byteFallback(directory);
        tokens = TokenTrie.of(tokenizer, Set.of(tokenizer.eos().orElseThrow()));
    }

    @Test
    void aGrammarThatBeginsAnewInTheMiddleOfATextAllowsTheSame() {
        GrammarSpec spec = new AnyObject("response_format");
        Machine machine = GrammarCompiler.machine(spec, tokens.single(), () -> {});
        Random random = new Random(1);
        for (int text = 0; text < 20; text++) {
            GrammarState large = new Grammar(machine, tokens, Slices.ofMachine(), Grammar.MOST_BYTES).start();
            GrammarState small = new Grammar(machine, tokens, Slices.ofMachine(), 20_000).start();
            for (int i = 0; i < 60 && !large.mustEnd(); i++) {
                assertThat(small.allowed()).isEqualTo(large.allowed());
                assertThat(small.mayEnd()).isEqualTo(large.mayEnd());
                int[] allowed = RandomWriter.allowed(large.allowed());
                int token = allowed[random.nextInt(allowed.length)];
                large = large.after(token);
                small = small.after(token);
            }
        }
    }

    @Test
    void whatAGrammarKeepsIsBounded() {
        Grammar grammar = new Grammar(
                GrammarCompiler.machine(new AnyObject("response_format"), tokens.single(), () -> {}),
                tokens,
                Slices.ofMachine(),
                100_000);
        RandomWriter writer = new RandomWriter(tokenizer, 2);
        long fixed = grammar.size();
        for (int text = 0; text < 50; text++) {
            writer.write(grammar.start(), 100);
            assertThat(grammar.size() - fixed).isLessThan(200_000);
        }
    }

    @Test
    void whatWasCompiledIsKept() {
        Grammars grammars = new Grammars(tokenizer, Set.of());
        Choice choice = new Choice("guided_choice", List.of("a", "b"));
        assertThat(grammars.constraint(choice))
                .isSameAs(grammars.constraint(new Choice("guided_choice", List.of("a", "b"))));
        assertThat(grammars.constraint(new Choice("guided_choice", List.of("b", "c"))))
                .isNotSameAs(grammars.constraint(choice));
    }

    @Test
    void manyThreadsShareAGrammar() throws Exception {
        Grammars grammars = new Grammars(tokenizer, Set.of());
        GrammarSpec spec = new Schema("schema", RandomSchemas.parse("""
                {"type":"array","items":{"type":"object","properties":{"a":{"type":"string","maxLength":5}}},"maxItems":3}"""));
        Callable<String> write = () -> new RandomWriter(tokenizer, 3)
                .write(grammars.constraint(spec), 400)
                .orElse("");
        String alone = new RandomWriter(tokenizer, 3)
                .write(new Grammars(tokenizer, Set.of()).constraint(spec), 400)
                .orElse("");
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (Future<String> text : threads.invokeAll(
                    IntStream.range(0, 16).mapToObj(i -> write).toList())) {
                assertThat(text.get()).isEqualTo(alone);
            }
        }
    }

    @Test
    void aTokenizerWithoutTheNeededBytesIsRefused() {
        boolean[] lettersOnly = new boolean[256];
        IntStream.rangeClosed('a', 'z').forEach(b -> lettersOnly[b] = true);
        Machine json = GrammarCompiler.machine(new AnyObject("response_format"), lettersOnly, () -> {});
        assertThat(new Grammar(json, tokens, Slices.ofMachine(), Grammar.MOST_BYTES)
                        .start()
                        .dead())
                .isTrue();
        Machine words =
                GrammarCompiler.machine(new Choice("guided_choice", List.of("yes", "yes!")), lettersOnly, () -> {});
        GrammarState yes = new Grammar(words, tokens, Slices.ofMachine(), Grammar.MOST_BYTES).start();
        for (byte b : "yes".getBytes(StandardCharsets.US_ASCII)) {
            yes = yes.after(RandomWriter.token(tokenizer, b));
        }
        assertThat(yes.mustEnd()).isTrue();
    }
}
