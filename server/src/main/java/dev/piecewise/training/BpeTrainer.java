package dev.piecewise.training;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SequencedMap;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns a byte-level BPE vocabulary, as GPT-2's: texts are cut into words, words are bytes, and the pair of neighbours that is there most often becomes one symbol, again
 * and again. Ties go to the pair of the smaller ids, so the same corpus always gives the same vocabulary.
 */
public final class BpeTrainer {
    /** How GPT-2 cuts words; the same expression is inside Hugging Face's ByteLevel pre-tokenizer. */
    private static final Pattern WORDS = Pattern.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
            Pattern.UNICODE_CHARACTER_CLASS);

    private static final long LEAST_COUNT = 2;

    private final SequencedMap<String, Integer> words = new LinkedHashMap<>();
    private final List<String> symbols = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();
    private final List<String[]> merges = new ArrayList<>();
    private final Map<Long, Long> counts = new HashMap<>();
    private final Map<Long, Set<Integer>> places = new HashMap<>();
    private final PriorityQueue<Candidate> queue = new PriorityQueue<>(
            Comparator.comparingLong(Candidate::count).reversed().thenComparingLong(Candidate::pair));

    private record Candidate(long pair, long count) {}

    /**
     * What was learnt.
     *
     * @param symbols in the order of their ids, the special ones first
     * @param merges pairs of symbols, the most important first
     */
    public record Learned(List<String> special, List<String> symbols, List<String[]> merges) {}

    /** Counts the words of one more text. */
    public BpeTrainer add(String text) {
        Matcher matcher = WORDS.matcher(text);
        while (matcher.find()) {
            words.merge(matcher.group(), 1, Integer::sum);
        }
        return this;
    }

    /** Learns until there are {@code size} symbols, special ones and the 256 bytes among them, or no pair is there twice. */
    public Learned train(int size, List<String> special) {
        special.forEach(this::symbol);
        for (int b = 0; b < 256; b++) {
            symbol(String.valueOf(ByteSpelling.of(b)));
        }
        List<int[]> spelled = new ArrayList<>();
        List<Integer> repeated = new ArrayList<>();
        words.forEach((word, count) -> {
            spelled.add(spell(word));
            repeated.add(count);
        });
        for (int word = 0; word < spelled.size(); word++) {
            count(spelled.get(word), word, repeated.get(word));
        }
        counts.forEach((pair, count) -> queue.add(new Candidate(pair, count)));
        while (symbols.size() < size && !queue.isEmpty()) {
            Candidate best = queue.poll();
            if (best.count() == counts.getOrDefault(best.pair(), 0L) && best.count() >= LEAST_COUNT) {
                merge(best.pair(), spelled, repeated);
            }
        }
        return new Learned(List.copyOf(special), List.copyOf(symbols), List.copyOf(merges));
    }

    private int symbol(String text) {
        Integer known = ids.putIfAbsent(text, symbols.size());
        if (known != null) {
            return known;
        }
        symbols.add(text);
        return symbols.size() - 1;
    }

    private int[] spell(String word) {
        byte[] bytes = word.getBytes(StandardCharsets.UTF_8);
        int[] spelled = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            spelled[i] = symbol(String.valueOf(ByteSpelling.of(bytes[i] & 0xFF)));
        }
        return spelled;
    }

    private static long pair(int left, int right) {
        return (long) left << 32 | right;
    }

    private void count(int[] word, int number, int times) {
        for (int i = 0; i + 1 < word.length; i++) {
            long pair = pair(word[i], word[i + 1]);
            counts.merge(pair, (long) times, Long::sum);
            places.computeIfAbsent(pair, key -> new HashSet<>()).add(number);
        }
    }

    private void merge(long pair, List<int[]> spelled, List<Integer> repeated) {
        int left = (int) (pair >> 32);
        int right = (int) pair;
        merges.add(new String[] {symbols.get(left), symbols.get(right)});
        int merged = symbol(symbols.get(left) + symbols.get(right));
        Set<Long> changed = new HashSet<>();
        for (int number : places.getOrDefault(pair, Set.of())) {
            int[] word = spelled.get(number);
            for (int i = 0; i + 1 < word.length; i++) {
                long old = pair(word[i], word[i + 1]);
                counts.merge(old, (long) -repeated.get(number), Long::sum);
                changed.add(old);
            }
            int[] shorter = replace(word, left, right, merged);
            spelled.set(number, shorter);
            count(shorter, number, repeated.get(number));
            for (int i = 0; i + 1 < shorter.length; i++) {
                changed.add(pair(shorter[i], shorter[i + 1]));
            }
        }
        counts.remove(pair);
        places.remove(pair);
        for (long other : changed) {
            long count = counts.getOrDefault(other, 0L);
            if (count > 0) {
                queue.add(new Candidate(other, count));
            }
        }
    }

    private static int[] replace(int[] word, int left, int right, int merged) {
        int[] shorter = new int[word.length];
        int length = 0;
        for (int i = 0; i < word.length; i++) {
            if (i + 1 < word.length && word[i] == left && word[i + 1] == right) {
                shorter[length++] = merged;
                i++;
            } else {
                shorter[length++] = word[i];
            }
        }
        return java.util.Arrays.copyOf(shorter, length);
    }
}
