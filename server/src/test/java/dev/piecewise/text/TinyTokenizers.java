package dev.piecewise.text;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Small tokenizers of the two usual kinds, trained on a few sentences and written as {@code tokenizer.json} with its configuration. */
public final class TinyTokenizers {
    public static final String BOS = "<s>";
    public static final String EOS = "</s>";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MERGES = 120;
    private static final String CORPUS = """
            Once upon a time there was a little girl named Lily. She loved to play outside in the park.
            One day she saw a big red ball. She wanted to play with it but it was too high. Her mother said
            that they could go to the park together and the little girl was happy. The end of the story.
            """;

    private TinyTokenizers() {}

    /** Like GPT-2's: merges over bytes written as printable characters, no beginning of text. */
    public static Tokenizer byteLevel(Path directory) {
        List<List<String>> words = Arrays.stream(CORPUS.split("(?=\\s)"))
                .map(word -> symbols(byteLevelSpelling(word)))
                .toList();
        Map<String, Integer> vocabulary = vocabulary(List.of(EOS));
        for (int b = 0; b < 256; b++) {
            vocabulary.putIfAbsent(String.valueOf(spelling(b)), vocabulary.size());
        }
        List<String> merges = train(words, vocabulary);
        Map<String, Object> byteLevel =
                object("type", "ByteLevel", "add_prefix_space", false, "trim_offsets", true, "use_regex", true);
        Map<String, Object> tokenizer = tokenizer(vocabulary, merges, false);
        tokenizer.put("pre_tokenizer", byteLevel);
        tokenizer.put("post_processor", byteLevel);
        tokenizer.put("decoder", byteLevel);
        tokenizer.put("added_tokens", List.of(special(vocabulary, EOS)));
        write(directory, tokenizer, object("tokenizer_class", "GPT2Tokenizer", "eos_token", EOS));
        return Tokenizer.load(directory);
    }

    /** Like Llama 2's: words begin with {@code ▁}, unknown characters fall back to bytes, texts begin with {@code <s>}. */
    public static Tokenizer byteFallback(Path directory) {
        List<List<String>> words = Arrays.stream(CORPUS.split("\\s+"))
                .map(word -> symbols("▁" + word))
                .toList();
        Map<String, Integer> vocabulary = vocabulary(List.of("<unk>", BOS, EOS));
        IntStream.range(0, 256).forEach(b -> vocabulary.put("<0x%02X>".formatted(b), vocabulary.size()));
        words.forEach(word -> word.forEach(symbol -> vocabulary.putIfAbsent(symbol, vocabulary.size())));
        List<String> merges = train(words, vocabulary);
        Map<String, Object> tokenizer = tokenizer(vocabulary, merges, true);
        tokenizer.put(
                "normalizer",
                sequence("normalizers", List.of(object("type", "Prepend", "prepend", "▁"), replace(" ", "▁"))));
        tokenizer.put("post_processor", beginningWith(BOS, vocabulary.getOrDefault(BOS, -1)));
        tokenizer.put(
                "decoder",
                sequence(
                        "decoders",
                        List.of(
                                replace("▁", " "),
                                object("type", "ByteFallback"),
                                object("type", "Fuse"),
                                object("type", "Strip", "content", " ", "start", 1, "stop", 0))));
        tokenizer.put(
                "added_tokens",
                List.of(special(vocabulary, "<unk>"), special(vocabulary, BOS), special(vocabulary, EOS)));
        write(
                directory,
                tokenizer,
                object("tokenizer_class", "LlamaTokenizerFast", "bos_token", BOS, "eos_token", EOS));
        return Tokenizer.load(directory);
    }

    private static Map<String, Integer> vocabulary(List<String> specials) {
        Map<String, Integer> vocabulary = new LinkedHashMap<>();
        specials.forEach(token -> vocabulary.put(token, vocabulary.size()));
        return vocabulary;
    }

    /** Joins the most frequent pair of neighbours again and again; ties go by name, so the result is always the same. */
    private static List<String> train(List<List<String>> words, Map<String, Integer> vocabulary) {
        List<List<String>> current =
                words.stream().<List<String>>map(ArrayList::new).collect(Collectors.toList());
        List<String> merges = new ArrayList<>();
        while (merges.size() < MERGES) {
            Map<List<String>, Integer> pairs = new HashMap<>();
            current.forEach(word -> IntStream.range(1, word.size())
                    .forEach(i -> pairs.merge(List.of(word.get(i - 1), word.get(i)), 1, Integer::sum)));
            List<String> best = pairs.entrySet().stream()
                    .max(Map.Entry.<List<String>, Integer>comparingByValue()
                            .thenComparing(entry -> String.join(" ", entry.getKey()), Comparator.reverseOrder()))
                    .orElseThrow()
                    .getKey();
            merges.add(String.join(" ", best));
            String joined = String.join("", best);
            vocabulary.putIfAbsent(joined, vocabulary.size());
            current.forEach(word -> join(word, best, joined));
        }
        return merges;
    }

    private static void join(List<String> word, List<String> pair, String joined) {
        for (int i = 0; i + 1 < word.size(); i++) {
            if (word.subList(i, i + 2).equals(pair)) {
                word.set(i, joined);
                word.remove(i + 1);
            }
        }
    }

    private static List<String> symbols(String word) {
        return word.codePoints().mapToObj(Character::toString).toList();
    }

    private static String byteLevelSpelling(String text) {
        StringBuilder spelled = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            spelled.append(spelling(b & 0xFF));
        }
        return spelled.toString();
    }

    /** GPT-2's spelling of a byte: itself if it is a printable Latin-1 character, else the next free character from U+0100 on. */
    private static char spelling(int b) {
        return isPrintable(b)
                ? (char) b
                : (char) (0x100
                        + IntStream.range(0, b)
                                .filter(other -> !isPrintable(other))
                                .count());
    }

    private static boolean isPrintable(int b) {
        return (b >= '!' && b <= '~') || (b >= 0xA1 && b <= 0xAC) || b >= 0xAE;
    }

    private static Map<String, Object> tokenizer(Map<String, Integer> vocabulary, List<String> merges, boolean bytes) {
        Map<String, Object> model = object("type", "BPE", "byte_fallback", bytes, "fuse_unk", bytes);
        model.put("vocab", vocabulary);
        model.put("merges", merges);
        return object("version", "1.0", "model", model);
    }

    private static Map<String, Object> special(Map<String, Integer> vocabulary, String token) {
        Map<String, Object> added = object("content", token, "special", true, "normalized", false);
        added.put("id", vocabulary.getOrDefault(token, -1));
        for (String flag : List.of("single_word", "lstrip", "rstrip")) {
            added.put(flag, false);
        }
        return added;
    }

    private static Map<String, Object> beginningWith(String token, int id) {
        Map<String, Object> first = object("SpecialToken", object("id", token, "type_id", 0));
        Map<String, Object> text = object("Sequence", object("id", "A", "type_id", 0));
        Map<String, Object> pair = object("Sequence", object("id", "B", "type_id", 1));
        Map<String, Object> named = object("id", token, "ids", List.of(id), "tokens", List.of(token));
        Map<String, Object> template = object("type", "TemplateProcessing", "single", List.of(first, text));
        template.put("pair", List.of(first, text, pair));
        template.put("special_tokens", object(token, named));
        return template;
    }

    private static Map<String, Object> replace(String what, String by) {
        return object("type", "Replace", "pattern", object("String", what), "content", by);
    }

    private static Map<String, Object> sequence(String name, List<Map<String, Object>> parts) {
        return object("type", "Sequence", name, parts);
    }

    private static Map<String, Object> object(Object... keysAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            object.put(keysAndValues[i].toString(), keysAndValues[i + 1]);
        }
        return object;
    }

    private static void write(Path directory, Map<String, Object> tokenizer, Map<String, Object> config) {
        try {
            Files.createDirectories(directory);
            JSON.writeValue(directory.resolve("tokenizer.json").toFile(), tokenizer);
            JSON.writeValue(directory.resolve("tokenizer_config.json").toFile(), config);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
