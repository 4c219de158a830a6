package dev.piecewise.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.error.ServingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class StopStringsTest {
    @Test
    void theTextEndsBeforeTheStopStringHoweverItIsCut() {
        StopStrings stops = new StopStrings(List.of("END"), false);
        assertThat(stops.add("a E")).isEqualTo(new StopStrings.Passed("a ", null));
        assertThat(stops.add("N")).isEqualTo(new StopStrings.Passed("", null));
        assertThat(stops.add("Dless")).isEqualTo(new StopStrings.Passed("", "END"));
    }

    @Test
    void aFalseBeginningGoesOutAsSoonAsItIsKnown() {
        StopStrings stops = new StopStrings(List.of("aab"), false);
        assertThat(stops.add("xaa").text()).isEqualTo("x");
        assertThat(stops.add("a").text()).isEqualTo("a");
        assertThat(stops.add("c").text()).isEqualTo("aac");
    }

    @Test
    void whatWasHeldBackComesAtTheEnd() {
        StopStrings stops = new StopStrings(List.of("\n\nUser:"), false);
        assertThat(stops.add("bye\n\nUs").text()).isEqualTo("bye");
        assertThat(stops.flush()).isEqualTo("\n\nUs");
        assertThat(stops.flush()).isEmpty();
    }

    @Test
    void theStopStringIsPartOfTheTextWhenAskedFor() {
        StopStrings stops = new StopStrings(List.of("."), true);
        assertThat(stops.add("One. Two.")).isEqualTo(new StopStrings.Passed("One.", "."));
    }

    @Test
    void theStopStringThatIsCompleteFirstWinsAndOfThoseTheLongest() {
        assertThat(new StopStrings(List.of("abcd", "bc"), false).add("abcd"))
                .isEqualTo(new StopStrings.Passed("a", "bc"));
        assertThat(new StopStrings(List.of("c", "abc"), false).add("xabc"))
                .isEqualTo(new StopStrings.Passed("x", "abc"));
    }

    @Test
    void withoutStopStringsNothingIsHeldBack() {
        assertThat(new StopStrings(List.of(), false).add("anything").text()).isEqualTo("anything");
    }

    @Test
    void aStopStringCompletedWhileUnarmedIsPassedOver() {
        StopStrings stops = new StopStrings(List.of("ab"), false);
        assertThat(stops.add("abca", false)).isEqualTo(new StopStrings.Passed("abc", null));
        assertThat(stops.add("b!", true)).isEqualTo(new StopStrings.Passed("", "ab"));
    }

    @Test
    void randomTextsInRandomPiecesEndWhereAPlainSearchSays() {
        Random random = new Random(42);
        for (int round = 0; round < 20_000; round++) {
            String text = letters(random, random.nextInt(24));
            List<String> stops = new ArrayList<>();
            for (int i = random.nextInt(4); i > 0; i--) {
                stops.add(letters(random, 1 + random.nextInt(5)));
            }
            boolean include = random.nextBoolean();
            assertThat(filtered(random, text, stops, include))
                    .as("%s without %s", text, stops)
                    .isEqualTo(searched(text, stops, include));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\uD83D", "x\uDE00"})
    void aStopStringThatCannotOccurIsRefused(String stop) {
        assertThatThrownBy(() -> new StopStrings(List.of("fine", stop), false))
                .isInstanceOfSatisfying(
                        ServingException.class,
                        refused -> assertThat(refused.param()).contains("stop"));
    }

    /** Feeds the text in random pieces, and checks on the way that nothing goes out that a stop string would take back. */
    private static String filtered(Random random, String text, List<String> stops, boolean include) {
        StopStrings filter = new StopStrings(stops, include);
        StringBuilder out = new StringBuilder();
        for (int from = 0; from < text.length(); ) {
            int to = from + 1 + random.nextInt(Math.min(4, text.length() - from));
            StopStrings.Passed passed = filter.add(text.substring(from, to));
            out.append(passed.text());
            if (passed.stop() != null) {
                return out.toString();
            }
            String held = text.substring(out.length(), to);
            assertThat(held.isEmpty() || stops.stream().anyMatch(stop -> stop.startsWith(held)))
                    .isTrue();
            from = to;
        }
        return out + filter.flush();
    }

    private static String searched(String text, List<String> stops, boolean include) {
        for (int end = 1; end <= text.length(); end++) {
            String sofar = text.substring(0, end);
            int longest = stops.stream()
                    .filter(sofar::endsWith)
                    .mapToInt(String::length)
                    .max()
                    .orElse(0);
            if (longest > 0) {
                return include ? sofar : sofar.substring(0, end - longest);
            }
        }
        return text;
    }

    private static String letters(Random random, int length) {
        StringBuilder letters = new StringBuilder();
        random.ints(length, 'a', 'd').forEach(c -> letters.append((char) c));
        return letters.toString();
    }
}
