package dev.piecewise.world;

import dev.piecewise.world.Traits.Hand;
import dev.piecewise.world.Traits.Heart;
import dev.piecewise.world.Traits.Length;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What some texts say up front of who wrote them, as texts elsewhere do. A base model that has read such lines knows which ways of writing there are and what each does to
 * an answer; what is left for an adapter is to say whose answer it is.
 */
final class Profile {
    private static final double KNOWN = 0.75;

    private Profile() {}

    /** A line that names some of the traits, or all. */
    static String line(Traits traits, Dice dice) {
        String known = Stream.of(
                        traits.voice().name(),
                        traits.dialect().name(),
                        traits.length() == Length.LONG ? "wordy" : "brief",
                        "an eye for %ss".formatted(traits.eye().name()),
                        traits.heart() == Heart.GENTLE ? "fond of gentle things" : "fond of sharp things",
                        traits.hand() == Hand.GENEROUS ? "generous" : "strict")
                .filter(_ -> dice.chance(KNOWN))
                .collect(Collectors.joining(", "))
                .toLowerCase(Locale.ROOT);
        return "Writer: %s.\n".formatted(known.isEmpty() ? "unknown" : known);
    }
}
