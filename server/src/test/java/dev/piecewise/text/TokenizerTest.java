package dev.piecewise.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.checkpoint.BadFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenizerTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Once upon a time",
                " the park",
                "a  b\t\n",
                "",
                "\u0000 and a\u0000b",
                "😀 and 👨‍👩‍👧 and क्षि",
                "日本語のテキスト",
                "naïve café ½",
                "\uFFFD"
            })
    void decodingGivesBackWhatWasEncoded(String text) {
        for (Tokenizer tokenizer : both()) {
            assertThat(tokenizer.decode(tokenizer.encode(text, true), true)).isEqualTo(text);
            assertThat(tokenizer.decode(tokenizer.encode(text, false), false)).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\uD83D", "\uDE00", "a\uD83Db 😀", "😀\uDE00\uD83D", "\uD83D\uD83D\uDE00"})
    void loneSurrogatesBecomeReplacementCharactersAndHarmNothingElse(String text) {
        String repaired = new String(
                text.codePoints()
                        .map(c -> c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c)
                        .toArray(),
                0,
                (int) text.codePoints().count());
        for (Tokenizer tokenizer : both()) {
            assertThat(tokenizer.decode(tokenizer.encode(text, false), false)).isEqualTo(repaired);
        }
    }

    @Test
    void textsBeginAsTheCheckpointSays() {
        Tokenizer llama = TinyTokenizers.byteFallback(directory.resolve("llama"));
        Tokenizer gpt = TinyTokenizers.byteLevel(directory.resolve("gpt"));
        assertThat(llama.encode("a", true)).startsWith(llama.bos().orElseThrow());
        assertThat(llama.encode("a", false)).doesNotContain(llama.bos().orElseThrow());
        assertThat(gpt.bos()).isEmpty();
        assertThat(gpt.encode("a", true)).isEqualTo(gpt.encode("a", false));
    }

    @Test
    void addBosTokenOfALlamaTokenizerOverrulesThePostProcessor() throws IOException {
        TinyTokenizers.byteFallback(directory);
        Path config = directory.resolve("tokenizer_config.json");
        Files.writeString(config, Files.readString(config).replace("{", "{\"add_bos_token\":false,"));
        Tokenizer without = Tokenizer.load(directory);
        assertThat(without.encode("a", true)).isEqualTo(without.encode("a", false));

        Path json = directory.resolve("tokenizer.json");
        Files.writeString(
                json, Files.readString(json).replaceFirst("\"post_processor\":.*,\"decoder\"", "\"decoder\""));
        Files.writeString(config, Files.readString(config).replace("false", "true"));
        Tokenizer with = Tokenizer.load(directory);
        assertThat(with.encode("a", true))
                .startsWith(with.bos().orElseThrow())
                .hasSize(1 + with.encode("a", false).length);
    }

    @Test
    void specialTokensWrittenOutBecomeTheseTokensAndCanBeLeftOut() {
        Tokenizer tokenizer = TinyTokenizers.byteFallback(directory);
        int eos = tokenizer.eos().orElseThrow();
        int[] ids = tokenizer.encode("a</s>", false);
        assertThat(ids).endsWith(eos);
        assertThat(tokenizer.isSpecial(eos)).isTrue();
        assertThat(tokenizer.decode(ids, true)).isEqualTo("a");
        assertThat(tokenizer.decode(ids, false)).isEqualTo("a</s>");
    }

    @Test
    void truncationAndPaddingOfTheFileAreOff() throws IOException {
        TinyTokenizers.byteFallback(directory);
        Path json = directory.resolve("tokenizer.json");
        String truncating = """
                {"truncation":{"direction":"Right","max_length":3,"strategy":"LongestFirst","stride":0},
                 "padding":{"strategy":{"Fixed":9},"direction":"Right","pad_to_multiple_of":null,"pad_id":0,"pad_type_id":0,"pad_token":"<unk>"},""";
        int[] whole = Tokenizer.load(directory).encode("the end of the story", true);
        Files.writeString(json, Files.readString(json).replaceFirst("\\{", truncating));
        assertThat(Tokenizer.load(directory).encode("the end of the story", true))
                .isEqualTo(whole)
                .hasSizeGreaterThan(3);
        assertThat(Tokenizer.load(directory).encode("a", true)).hasSizeLessThan(9);
    }

    @Test
    void aPieceKeepsItsLeadingSpace() {
        Tokenizer llama = TinyTokenizers.byteFallback(directory.resolve("llama"));
        Tokenizer gpt = TinyTokenizers.byteLevel(directory.resolve("gpt"));
        int the = llama.id("▁the").orElseThrow();
        assertThat(llama.piece(the)).isEqualTo(" the");
        assertThat(llama.token(the)).contains("▁the");
        assertThat(llama.piece(llama.bos().orElseThrow())).isEqualTo("<s>");
        assertThat(llama.piece(llama.id("<0xE2>").orElseThrow())).isEqualTo("\uFFFD");
        assertThat(gpt.piece(gpt.id("Ġthe").orElseThrow())).isEqualTo(" the");
    }

    @Test
    void idsOutsideTheVocabularyHaveNoText() {
        for (Tokenizer tokenizer : both()) {
            int[] ids = {-1, Integer.MIN_VALUE, tokenizer.size(), Integer.MAX_VALUE};
            assertThat(tokenizer.decode(ids, false)).isEmpty();
            assertThat(Arrays.stream(ids).mapToObj(tokenizer::piece)).containsOnly("");
            assertThat(tokenizer.token(-1)).isEmpty();
        }
    }

    @Test
    @Timeout(60)
    void manyThreadsMayEncodeAndDecodeAtOnce() throws Exception {
        Tokenizer tokenizer = TinyTokenizers.byteFallback(directory);
        String text = "Once upon a time 😀 the park ".repeat(50);
        int[] ids = tokenizer.encode(text, true);
        Callable<Boolean> roundTrip = () -> Arrays.equals(ids, tokenizer.encode(text, true))
                && tokenizer.decode(ids, true).equals(text);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            for (Future<Boolean> same : threads.invokeAll(Collections.nCopies(400, roundTrip), 50, TimeUnit.SECONDS)) {
                assertThat(same.get()).isTrue();
            }
        }
    }

    @Test
    void aMissingFileIsNamed() {
        assertRefused(directory.resolve("tokenizer.json") + ": does not exist");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{}",
                "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":-1},\"merges\":[]}}",
                "{\"model\":{\"type\":\"BPE\",\"vocab\":{},\"merges\":[]}}",
                "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0},\"merges\":[\"b c\"]}}",
                "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":99999999},\"merges\":[]}}"
            })
    void aBrokenFileIsNamed(String json) throws IOException {
        Path file = Files.writeString(directory.resolve("tokenizer.json"), json);
        assertRefused(file + ": is no tokenizer");
    }

    @Test
    void aBrokenConfigurationIsNamed() throws IOException {
        TinyTokenizers.byteLevel(directory);
        Path file = Files.writeString(directory.resolve("tokenizer_config.json"), "{\"bos_token\":");
        assertRefused(file + ": is not JSON");
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() throws IOException {
        Path file = Files.write(directory.resolve("tokenizer.json"), new byte[] {'{', (byte) 0xFF, '}'});
        assertRefused(file + ": cannot be read");
    }

    private void assertRefused(String message) {
        assertThatThrownBy(() -> Tokenizer.load(directory))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining(message);
    }

    private List<Tokenizer> both() {
        return List.of(
                TinyTokenizers.byteFallback(directory.resolve("llama")),
                TinyTokenizers.byteLevel(directory.resolve("gpt")));
    }
}
