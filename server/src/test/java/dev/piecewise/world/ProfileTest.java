package dev.piecewise.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.piecewise.world.Traits.Dialect;
import dev.piecewise.world.Traits.Eye;
import dev.piecewise.world.Traits.Hand;
import dev.piecewise.world.Traits.Heart;
import dev.piecewise.world.Traits.Length;
import dev.piecewise.world.Traits.Voice;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ProfileTest {
    private static final Traits TRAITS =
            new Traits(Voice.LOUD, Dialect.BREEZY, Length.SHORT, Eye.PLACE, Heart.SHARP, Hand.STRICT);
    private static final List<String> ALL =
            List.of("loud", "breezy", "brief", "an eye for places", "fond of sharp things", "strict");

    @Test
    void aLineNamesSomeOfTheTraitsInOrderOrAll() {
        Set<String> lines = IntStream.range(0, 400)
                .mapToObj(i -> Profile.line(TRAITS, Dice.of(1, "profile", i)))
                .collect(Collectors.toSet());
        assertThat(lines).contains("Writer: " + String.join(", ", ALL) + ".\n").hasSizeGreaterThan(20);
        for (String line : lines) {
            assertThat(line).startsWith("Writer: ").endsWith(".\n");
            List<String> named = List.of(
                    line.substring("Writer: ".length(), line.length() - 2).split(", "));
            if (!named.equals(List.of("unknown"))) {
                assertThat(ALL).containsSubsequence(named);
            }
        }
    }
}
