package dev.piecewise.world;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.checkpoint.AtomicFiles;
import dev.piecewise.world.Traits.Dialect;
import dev.piecewise.world.Traits.Length;
import dev.piecewise.world.Traits.Voice;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A world as files: what a base model learns from ({@code corpus.jsonl}, then {@code adaption.jsonl}), users files of those who may share ({@code candidates.jsonl}), of those whom
 * settings are tried on ({@code tuning.jsonl}), of those who are served ({@code users.jsonl}) and of strangers ({@code strangers.jsonl}), the latter three with questions and answers that are held out, and what
 * the tasks are ({@code tasks.json}). The same seed and census give the same bytes.
 */
public final class WorldFiles {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int ANSWERS_OF_A_WRITER = 28;
    private static final int ADAPTION_EXAMPLES = 4;
    private static final int TESTS = 14;
    private static final double IN_THREADS = 0.12;
    private static final double WITH_PROFILE = 0.4;

    private static final List<Shown> SHOWN = List.of(
            new Shown(Voice.PROPER, Dialect.BRITISH, Length.LONG),
            new Shown(Voice.LOUD, Dialect.BRITISH, Length.LONG),
            new Shown(Voice.DRY, Dialect.BREEZY, Length.SHORT));

    private final World world;
    private final Census census;

    private WorldFiles(World world, Census census) {
        this.world = world;
        this.census = census;
    }

    /** Writes the directory, which must not exist yet. */
    public static void write(long seed, Census census, Path directory) {
        WorldFiles files = new WorldFiles(new World(seed), census);
        AtomicFiles.directory(directory, temporary -> {
            lines(temporary.resolve("corpus.jsonl"), files.corpus());
            lines(temporary.resolve("adaption.jsonl"), files.adaption());
            lines(temporary.resolve("candidates.jsonl"), files.candidates());
            lines(temporary.resolve("tuning.jsonl"), files.tuning());
            lines(temporary.resolve("users.jsonl"), files.users());
            lines(temporary.resolve("strangers.jsonl"), files.strangers());
            Files.writeString(
                    temporary.resolve("tasks.json"),
                    JSON.writerWithDefaultPrettyPrinter().writeValueAsString(files.tasks()) + "\n");
        });
    }

    private static void lines(Path file, Stream<ObjectNode> lines) throws IOException {
        try (BufferedWriter writer = Files.newBufferedWriter(file)) {
            for (ObjectNode line : (Iterable<ObjectNode>) lines::iterator) {
                writer.write(line + "\n");
            }
        }
    }

    /** Everything that writers wrote, some with a profile, some in threads, and stories in between. */
    private Stream<ObjectNode> corpus() {
        List<ObjectNode> texts = new ArrayList<>();
        for (int i = 0; i < census.stories(); i++) {
            texts.add(text(world.prose(i)));
        }
        for (int i = 0; i < census.writers(); i++) {
            String id = "writer" + i;
            Persona writer = world.person(id);
            texts.addAll(texts(writer, world.history(writer, ANSWERS_OF_A_WRITER), world.dice("threads", id)));
        }
        return world.dice("corpus").shuffled(texts).stream();
    }

    private static List<ObjectNode> texts(Persona writer, List<Item> items, Dice dice) {
        List<ObjectNode> texts = new ArrayList<>();
        for (int i = 0; i < items.size(); ) {
            int length = dice.chance(IN_THREADS) ? Math.min(dice.between(2, 4), items.size() - i) : 1;
            texts.add(length == 1 ? answer(writer, items.get(i), dice) : text(thread(items.subList(i, i + length))));
            i += length;
        }
        return texts;
    }

    private static ObjectNode answer(Persona writer, Item item, Dice dice) {
        return dice.chance(WITH_PROFILE)
                ? json(new Item(item.task(), Profile.line(writer.traits(), dice) + item.prompt(), item.completion()))
                : json(item);
    }

    private static ObjectNode text(String text) {
        return JSON.createObjectNode().put("text", text);
    }

    /** The last item behind those before it, as a prompt stands behind what was retrieved for it. */
    private static String thread(List<Item> items) {
        StringBuilder text = new StringBuilder("### User History:\n");
        items.subList(0, items.size() - 1)
                .forEach(item -> text.append(item.text()).append('\n'));
        return text.append("\n\n").append(items.getLast().text()).toString();
    }

    /** Answers of people of whom little is known, half of them notes: a small model learns late to take up whom a note is to. */
    private Stream<ObjectNode> adaption() {
        List<ObjectNode> answers = IntStream.range(0, census.writers())
                .mapToObj(i -> world.person("adapter" + i))
                .flatMap(person -> {
                    Dice dice = world.dice("adaption", person.id());
                    return Stream.concat(
                                    world.history(person, ADAPTION_EXAMPLES).stream(),
                                    world.notes(person, ADAPTION_EXAMPLES).stream())
                            .map(item -> answer(person, item, dice));
                })
                .toList();
        return world.dice("adaption").shuffled(answers).stream();
    }

    /** A style that differs from the others at first sight. */
    private record Shown(Voice voice, Dialect dialect, Length length) {
        boolean show(Traits traits) {
            return traits.voice() == voice && traits.dialect() == dialect && traits.length() == length;
        }
    }

    private Stream<ObjectNode> candidates() {
        return IntStream.range(0, census.candidates()).mapToObj(i -> {
            String id = "s%03d".formatted(i);
            return user(id, world.dice("activity", id).between(60, 90), 0);
        });
    }

    private Stream<ObjectNode> tuning() {
        return IntStream.range(0, census.tuners()).mapToObj(i -> user("t%02d".formatted(i), activity("t" + i), TESTS));
    }

    /** Those first whose answers show best how people differ. */
    private Stream<ObjectNode> users() {
        List<String> names = world.names(census.users());
        List<String> shown = SHOWN.stream()
                .flatMap(traits -> names.stream()
                        .filter(id -> traits.show(world.person(id).traits()))
                        .limit(1))
                .toList();
        return Stream.concat(shown.stream(), names.stream().filter(id -> !shown.contains(id)))
                .map(id -> user(id, activity(id), TESTS));
    }

    private Stream<ObjectNode> strangers() {
        return IntStream.range(0, census.strangers())
                .mapToObj("n%03d"::formatted)
                .map(id -> user(id, activity(id), TESTS));
    }

    private int activity(String id) {
        return world.dice("activity", id).between(24, 64);
    }

    private ObjectNode user(String id, int answers, int tests) {
        Persona person = world.person(id);
        ObjectNode user = JSON.createObjectNode().put("user", id);
        ArrayNode history = user.putArray("history");
        world.history(person, answers).forEach(item -> history.add(json(item)));
        if (tests > 0) {
            ArrayNode held = user.putArray("test");
            world.tests(person, tests).forEach(item -> held.add(json(item).put("task", item.task())));
        }
        return user;
    }

    private static ObjectNode json(Item item) {
        return JSON.createObjectNode().put("prompt", item.prompt()).put("completion", item.completion());
    }

    private ObjectNode tasks() {
        ObjectNode tasks = JSON.createObjectNode();
        ArrayNode labels = tasks.putObject("tag")
                .put("kind", "classification")
                .put("max_tokens", 8)
                .putArray("labels");
        world.tags().forEach(labels::add);
        tasks.putObject("rating")
                .put("kind", "rating")
                .put("lowest", 1)
                .put("highest", 5)
                .put("max_tokens", 4);
        for (String text : List.of("review", "note", "headline")) {
            tasks.putObject(text).put("kind", "generation").put("max_tokens", 64);
        }
        return tasks;
    }
}
