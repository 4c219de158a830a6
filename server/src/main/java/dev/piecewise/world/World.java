package dev.piecewise.world;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Everything that people in this world are asked and answer, from one seed. One thing in ten is held out: it is only ever asked about in tests, whoever is asked, so that no text
 * that anything was trained on holds it.
 */
public final class World {
    private static final int HELD_OUT = 10;
    /** How a person's questions spread over the tasks. */
    private static final List<String> MIX = List.of("tag", "tag", "rating", "rating", "review", "note", "headline");

    private final long seed;
    private final Lexicon lexicon;
    private final Population population;
    private final Opinions opinions;
    private final Letters letters;

    public World(long seed) {
        this.seed = seed;
        this.lexicon = Lexicon.shipped();
        this.population = new Population(lexicon, seed);
        this.opinions = new Opinions(lexicon);
        this.letters = new Letters(lexicon);
    }

    Persona person(String id) {
        return population.person(id);
    }

    /** So many different names for people to be called by. */
    List<String> names(int count) {
        List<String> names = new ArrayList<>();
        for (String first : lexicon.alternatives("name")) {
            for (String last : lexicon.alternatives("surname")) {
                names.add("%s.%s".formatted(first.toLowerCase(Locale.ROOT), last));
            }
        }
        return Dice.of(seed, "names").some(names, count);
    }

    Dice dice(Object... purpose) {
        return Dice.of(seed, purpose);
    }

    /** So many answers of a person, oldest first. */
    List<Item> history(Persona person, int count) {
        return answers(person, "history", count, false);
    }

    /** Answers to so many prompts that nobody was ever asked in a history. */
    List<Item> tests(Persona person, int count) {
        return answers(person, "tests", count, true);
    }

    /** So many notes of a person to friends. */
    List<Item> notes(Persona person, int count) {
        Dice dice = Dice.of(seed, "notes", person.id());
        return Stream.generate(() -> ask("note", person, dice))
                .filter(note -> !isHeldOut(note))
                .limit(count)
                .toList();
    }

    private List<Item> answers(Persona person, String purpose, int count, boolean heldOut) {
        Dice dice = Dice.of(seed, purpose, person.id());
        List<Item> items = new ArrayList<>();
        List<String> tasks = List.of();
        for (int i = 0; i < count; i++) {
            if (i % MIX.size() == 0) {
                tasks = dice.shuffled(MIX);
            }
            Item item = ask(tasks.get(i % MIX.size()), person, dice);
            while (isHeldOut(item) != heldOut) {
                item = ask(item.task(), person, dice);
            }
            items.add(item);
        }
        return List.copyOf(items);
    }

    private Item ask(String task, Persona person, Dice dice) {
        return switch (task) {
            case "tag" -> opinions.tag(person, dice);
            case "rating" -> opinions.rate(person, dice);
            case "review" -> opinions.review(person, dice);
            case "note" -> letters.note(person, dice);
            case "headline" -> letters.headline(person, dice);
            default -> throw new IllegalArgumentException(task);
        };
    }

    private boolean isHeldOut(Item item) {
        String about = item.prompt().substring(0, item.prompt().indexOf('\n'));
        return Long.remainderUnsigned(Dice.hash(seed, "held out", about), HELD_OUT) == 0;
    }

    /** A little story. */
    String prose(int number) {
        return Lexicon.sentences(lexicon.say("prose.story", Map.of(), Dice.of(seed, "prose", number)));
    }

    List<String> tags() {
        return opinions.tags();
    }
}
