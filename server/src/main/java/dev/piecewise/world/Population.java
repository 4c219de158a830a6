package dev.piecewise.world;

import dev.piecewise.world.Traits.Dialect;
import dev.piecewise.world.Traits.Eye;
import dev.piecewise.world.Traits.Hand;
import dev.piecewise.world.Traits.Heart;
import dev.piecewise.world.Traits.Length;
import dev.piecewise.world.Traits.Voice;
import java.util.ArrayList;
import java.util.List;

/** Draws people: most are of one of some temperaments, the others differ from theirs in one trait; habits are everybody's own. */
final class Population {
    private static final int TEMPERAMENTS = 18;
    private static final double DEVIATES = 0.3;

    private final Lexicon lexicon;
    private final long seed;
    private final List<Traits> temperaments;

    Population(Lexicon lexicon, long seed) {
        this.lexicon = lexicon;
        this.seed = seed;
        this.temperaments = temperaments(Dice.of(seed, "temperaments"));
    }

    /** Every value of a trait in equally many temperaments, independent of the other traits. */
    private static List<Traits> temperaments(Dice dice) {
        List<Voice> voices = evenly(Voice.values(), dice);
        List<Dialect> dialects = evenly(Dialect.values(), dice);
        List<Length> lengths = evenly(Length.values(), dice);
        List<Eye> eyes = evenly(Eye.values(), dice);
        List<Heart> hearts = evenly(Heart.values(), dice);
        List<Hand> hands = evenly(Hand.values(), dice);
        List<Traits> all = new ArrayList<>();
        for (int i = 0; i < TEMPERAMENTS; i++) {
            all.add(new Traits(
                    voices.get(i), dialects.get(i), lengths.get(i), eyes.get(i), hearts.get(i), hands.get(i)));
        }
        return List.copyOf(all);
    }

    private static <T> List<T> evenly(T[] values, Dice dice) {
        List<T> all = new ArrayList<>();
        for (int i = 0; i < TEMPERAMENTS; i++) {
            all.add(values[i % values.length]);
        }
        return dice.shuffled(all);
    }

    /** The same person for the same name. */
    Persona person(String id) {
        Dice dice = Dice.of(seed, "person", id);
        Traits traits = dice.pick(temperaments);
        if (dice.chance(DEVIATES)) {
            traits = traits.withOneOf(dice.pick(temperaments), dice);
        }
        List<Kind> kinds = new ArrayList<>(List.of(Kind.values()));
        kinds.addAll(dice.some(List.of(Kind.values()), 2));
        return new Persona(
                id,
                traits,
                kinds,
                dice.some(lexicon.alternatives("name"), 6),
                dice.some(lexicon.alternatives("street"), 3));
    }
}
