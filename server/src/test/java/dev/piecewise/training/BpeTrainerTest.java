package dev.piecewise.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A learnt vocabulary, as Hugging Face's tokenizers reads it. */
@Timeout(60)
final class BpeTrainerTest {
    private static final String TEXT =
            "The tinker told the tailor a tale. The tailor told the tinker: it's a tall tale, isn't it? 1234 tales! ";

    @TempDir
    Path directory;

    @Test
    void textComesBackWhole() throws IOException {
        Tokenizer tokenizer = tokenizer(learn(400, TEXT.repeat(3)));

        for (String text :
                List.of(TEXT, "naïve 日本語 🙂\n\n  tabs\tand  spaces ", "Unseen Words, 98 of them; 'twas", "")) {
            assertThat(tokenizer.decode(tokenizer.encode(text, false), false)).isEqualTo(text);
        }
    }

    @Test
    void textsBeginWithTheFirstSpecialToken() throws IOException {
        Tokenizer tokenizer = tokenizer(learn(400, TEXT.repeat(3)));

        assertThat(tokenizer.encode("tale", true)).startsWith(0).hasSize(tokenizer.encode("tale", false).length + 1);
        assertThat(tokenizer.bos()).hasValue(0);
        assertThat(tokenizer.eos()).hasValue(1);
        assertThat(tokenizer.encode("</s>", false)).containsExactly(1);
    }

    @Test
    void whatIsFrequentIsOneToken() throws IOException {
        BpeTrainer.Learned learned = learn(2 + 256 + 30, TEXT.repeat(3));
        Tokenizer tokenizer = tokenizer(learned);

        assertThat(learned.symbols()).hasSize(288);
        assertThat(tokenizer.encode(" told", false)).hasSize(1);
        assertThat(tokenizer.encode(TEXT, false).length).isLessThan(TEXT.length() / 2);
    }

    @Test
    void theMostFrequentPairIsTheFirstAndTiesGoToTheSmallerIds() {
        BpeTrainer.Learned learned = learn(2 + 256 + 3, "ab ab ab cd cd ef ef");

        assertThat(learned.merges()).extracting(pair -> pair[0] + "+" + pair[1]).containsExactly("a+b", "Ġ+c", "Ġ+e");
    }

    @Test
    void nothingThatIsThereOnceIsLearnt() {
        assertThat(learn(1000, "one two").merges()).isEmpty();
    }

    @Test
    void repeatedLettersAreMergedFromTheLeft() throws IOException {
        Tokenizer tokenizer = tokenizer(learn(2 + 256 + 2, String.join("\n", Collections.nCopies(4, "aaaaa"))));

        assertThat(tokenizer.decode(tokenizer.encode("aaaaaaa", false), false)).isEqualTo("aaaaaaa");
    }

    private static BpeTrainer.Learned learn(int size, String text) {
        return new BpeTrainer().add(text).train(size, TokenizerFiles.SPECIAL);
    }

    private Tokenizer tokenizer(BpeTrainer.Learned learned) throws IOException {
        TokenizerFiles.write(learned, 128, directory);
        return Tokenizer.load(directory);
    }
}
