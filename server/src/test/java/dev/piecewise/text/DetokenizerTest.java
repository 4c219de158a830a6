package dev.piecewise.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DetokenizerTest {
    private static final String MIXED = "Once upon a time, 😀👨‍👩‍👧 the  little \n\n日本語 girl\u0000 ½ क्षि. The end ";

    @TempDir
    Path directory;

    private Tokenizer llama;
    private Tokenizer gpt;

    @BeforeEach
    void load() {
        llama = TinyTokenizers.byteFallback(directory.resolve("llama"));
        gpt = TinyTokenizers.byteLevel(directory.resolve("gpt"));
    }

    @Test
    void aCompletionIsWhatTheWholeTextHasBeyondThePrompts() {
        for (Tokenizer tokenizer : List.of(llama, gpt)) {
            int[] ids = tokenizer.encode(MIXED, true);
            for (int cut = 0; cut <= ids.length; cut++) {
                if (!tokenizer.decode(Arrays.copyOf(ids, cut), true).endsWith("\uFFFD")) {
                    assertBeyondThePrompt(tokenizer, ids, cut);
                }
            }
        }
    }

    @Test
    void onlyWholeCharactersComeOut() {
        for (Tokenizer tokenizer : List.of(llama, gpt)) {
            int[] ids = tokenizer.encode(MIXED, false);
            for (String piece : pieces(tokenizer, new int[0], ids)) {
                assertThat(piece).doesNotContain("\uFFFD");
                assertThat(Unicode.isValid(piece)).isTrue();
            }
        }
    }

    @Test
    void anyTokensAreDecodedAsTheyAreAllAtOnce() {
        Random random = new Random(7);
        for (int round = 0; round < 200; round++) {
            int[] ids = random.ints(1 + random.nextInt(30), 0, gpt.size()).toArray();
            assertBeyondThePrompt(gpt, ids, random.nextInt(ids.length));
        }
    }

    @Test
    void theSpaceBeforeTheFirstWordStaysBehindAPromptOnly() {
        int the = llama.id("▁the").orElseThrow();
        int bos = llama.bos().orElseThrow();
        assertThat(pieces(llama, new int[] {bos}, new int[] {the, the})).containsExactly("the", " the");
        assertThat(pieces(llama, new int[] {bos, the}, new int[] {the})).containsExactly(" the");
        assertThat(pieces(llama, new int[] {the, bos, bos, bos, bos, bos, bos, bos}, new int[] {the}))
                .containsExactly(" the");
    }

    @Test
    void tokensWithoutTextDoNotTakeTheNextSpaceAway() {
        int the = llama.id("▁the").orElseThrow();
        int[] silent = {llama.bos().orElseThrow(), llama.size() + 5, llama.eos().orElseThrow()};
        int[] ids = {the, silent[0], the, silent[1], the, silent[2], the};
        assertThat(String.join("", pieces(llama, new int[0], ids))).isEqualTo("the the the the");
    }

    @Test
    void specialTokensAreWrittenOutWhenAskedFor() {
        Detokenizer detokenizer = new Detokenizer(llama, new int[0], false);
        assertThat(detokenizer.add(llama.eos().orElseThrow())).isEqualTo("</s>");
    }

    @Test
    void halfACharacterAtTheEndIsFlushedAsReplacement() {
        Detokenizer detokenizer = new Detokenizer(llama, new int[0], true);
        assertThat(detokenizer.add(llama.id("<0xF0>").orElseThrow())).isEmpty();
        assertThat(detokenizer.add(llama.id("<0x9F>").orElseThrow())).isEmpty();
        assertThat(detokenizer.flush()).isEqualTo("\uFFFD\uFFFD");
        assertThat(detokenizer.flush()).isEmpty();
    }

    @Test
    void aCharacterThatThePromptBeganIsFinished() {
        int[] smile = gpt.encode("😀", false);
        assertThat(smile).hasSize(4);
        assertThat(pieces(gpt, Arrays.copyOf(smile, 3), new int[] {smile[3]})).containsExactly("😀");
        int[] smiles = llama.encode("日本😀", false);
        int last = smiles.length - 1;
        assertThat(pieces(llama, Arrays.copyOf(smiles, last), new int[] {smiles[last]}))
                .containsExactly("😀");
    }

    @Test
    void endlessBrokenBytesAreNotWaitedForEver() {
        Detokenizer detokenizer = new Detokenizer(llama, new int[0], true);
        int broken = llama.id("<0xFF>").orElseThrow();
        long waiting = IntStream.range(0, 10 * Detokenizer.MAX_PENDING)
                .filter(i -> detokenizer.add(broken).isEmpty())
                .count();
        assertThat(waiting).isEqualTo(10L * (Detokenizer.MAX_PENDING - 1));
    }

    /** Where the prompt ends in half a character, the completion begins with the whole one. */
    private static void assertBeyondThePrompt(Tokenizer tokenizer, int[] ids, int cut) {
        int[] prompt = Arrays.copyOf(ids, cut);
        String before = tokenizer.decode(prompt, true);
        String whole = tokenizer.decode(ids, true);
        int common = whole.startsWith(before) ? before.length() : whole.length();
        for (int i = 0; i < Math.min(common, before.length()); i++) {
            common = before.charAt(i) == whole.charAt(i) ? common : Math.min(common, i);
        }
        assertThat(String.join("", pieces(tokenizer, prompt, Arrays.copyOfRange(ids, cut, ids.length))))
                .as("cut at token %d of %s", cut, Arrays.toString(ids))
                .isEqualTo(whole.substring(common));
    }

    private static List<String> pieces(Tokenizer tokenizer, int[] prompt, int[] completion) {
        Detokenizer detokenizer = new Detokenizer(tokenizer, prompt, true);
        List<String> pieces = new java.util.ArrayList<>(
                Arrays.stream(completion).mapToObj(detokenizer::add).toList());
        String rest = detokenizer.flush();
        if (!rest.isEmpty()) {
            pieces.add(rest);
        }
        return pieces;
    }
}
