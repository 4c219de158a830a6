package dev.piecewise.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.JsonFields;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Reads datasets of whatever kind a path holds: the project's own ({@link UsersFile}, {@code .jsonl}), LaMP's questions with the outputs beside them or Per-Pcs's users with queries, PEFT-U's
 * users with samples, or a directory of one plain text an author.
 */
public final class DatasetFiles {
    private static final int LABEL_TOKENS = 16;
    private static final int HELD_OUT_OF = 5;

    private DatasetFiles() {}

    public static Dataset read(Path path) {
        if (Files.isDirectory(path)) {
            return authors(path);
        }
        if (!String.valueOf(path.getFileName()).endsWith(".json")) {
            return UsersFile.read(path);
        }
        JsonNode root = JsonFields.node(path.toString(), text(path));
        if (root.isObject()) {
            return samples(path, JsonFields.of(path.toString(), root));
        }
        return root.path(0).has("query") ? queries(path, root) : questions(path, root);
    }

    /** LaMP: one question a user; its answer is in the file whose name has outputs for questions. */
    private static Dataset questions(Path path, JsonNode root) {
        Path outputs = path.resolveSibling(String.valueOf(path.getFileName()).replace("questions", "outputs"));
        if (outputs.equals(path)) {
            throw new BadFileException(
                    path, "has questions, but its name does not say so: there is no file of outputs");
        }
        Map<String, String> golds = new HashMap<>();
        JsonFields file = JsonFields.read(outputs);
        for (JsonNode gold : file.elements("golds")) {
            JsonFields fields = JsonFields.of(outputs + ": golds", gold);
            golds.put(fields.requireString("id"), fields.requireString("output"));
        }
        SortedMap<String, Task> tasks = new TreeMap<>();
        List<Subject> subjects = new ArrayList<>();
        for (JsonNode node : root) {
            JsonFields question = JsonFields.of("%s: [%d]".formatted(path, subjects.size()), node);
            String id = question.requireString("id");
            String gold = golds.get(id);
            if (gold == null) {
                throw new BadFileException(outputs, "has no output of question " + id);
            }
            LampTask task = task(question);
            TestItem test = task.test(id, question.requireString("input"), gold);
            tasks.put(test.task(), task.task());
            String user = question.has("user_id") ? question.value("user_id").asText() : id;
            subjects.add(new Subject(user, profile(task, question), List.of(test)));
        }
        return new Dataset(tasks, subjects);
    }

    /** Per-Pcs: users with a profile and several queries. */
    private static Dataset queries(Path path, JsonNode root) {
        SortedMap<String, Task> tasks = new TreeMap<>();
        List<Subject> subjects = new ArrayList<>();
        for (JsonNode node : root) {
            String where = "%s: [%d]".formatted(path, subjects.size());
            JsonFields user = JsonFields.of(where, node);
            List<TestItem> tests = new ArrayList<>();
            List<PastItem> past = List.of();
            for (JsonNode each : user.elements("query")) {
                JsonFields query = JsonFields.of("%s: query[%d]".formatted(where, tests.size()), each);
                LampTask task = task(query);
                TestItem test =
                        task.test(query.requireString("id"), query.requireString("input"), query.requireString("gold"));
                tasks.put(test.task(), task.task());
                past = tests.isEmpty() ? profile(task, user) : past;
                tests.add(test);
            }
            subjects.add(new Subject(user.value("user_id").asText(), past, tests));
        }
        return new Dataset(tasks, subjects);
    }

    private static LampTask task(JsonFields question) {
        String input = question.requireString("input");
        return LampTask.of(input).orElseThrow(() -> question.bad("input", "is of no task that is known"));
    }

    private static List<PastItem> profile(LampTask task, JsonFields user) {
        List<PastItem> past = new ArrayList<>();
        for (JsonNode item : user.elements("profile")) {
            past.add(task.past(JsonFields.of("profile[%d]".formatted(past.size()), item)));
        }
        return past;
    }

    /** PEFT-U: {@code {user: {train, val, test: {id: {text, label: [...]}}}}}; several labels of a sample are one together. */
    private static Dataset samples(Path path, JsonFields root) {
        SortedSet<String> labels = new TreeSet<>();
        List<Subject> subjects = new ArrayList<>();
        for (String user : root.names()) {
            JsonFields parts = root.requireObject(user);
            List<PastItem> past = new ArrayList<>();
            List<TestItem> tests = new ArrayList<>();
            for (String part : List.of("train", "val", "test")) {
                parts.object(part)
                        .ifPresent(samples -> samples.names().forEach(id -> {
                            JsonFields sample = samples.requireObject(id);
                            String prompt = sample.requireString("text") + "\nLabel:";
                            String label = label(sample);
                            labels.add(label);
                            if (part.equals("test")) {
                                tests.add(new TestItem(id, "label", prompt, " " + label, sample.requireString("text")));
                            } else {
                                past.add(PastItem.of(new HistoryItem(id, null, prompt, " " + label)));
                            }
                        }));
            }
            subjects.add(new Subject(user, past, tests));
        }
        if (labels.size() < 2) {
            throw new BadFileException(path, "has fewer than two labels");
        }
        SortedMap<String, Task> tasks = new TreeMap<>();
        tasks.put("label", new Task.Classification(List.copyOf(labels), LABEL_TOKENS));
        return new Dataset(tasks, subjects);
    }

    private static String label(JsonFields sample) {
        JsonNode label = sample.value("label");
        List<String> all = new ArrayList<>();
        (label.isArray() ? label : List.of(label)).forEach(one -> all.add(one.asText()));
        return String.join(", ", all);
    }

    /** One author a file, one item a paragraph; the last fifth is held out and only read. */
    private static Dataset authors(Path directory) {
        SortedMap<String, Task> tasks = new TreeMap<>();
        tasks.put(UsersFile.UNNAMED, new Task.Text());
        List<Subject> subjects = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".txt"))
                    .sorted()
                    .toList()) {
                String author = String.valueOf(file.getFileName()).replaceFirst("\\.txt$", "");
                List<String> paragraphs = Arrays.stream(text(file).split("\\R\\s*\\R", -1))
                        .map(String::strip)
                        .filter(paragraph -> !paragraph.isEmpty())
                        .toList();
                int past = paragraphs.size() - paragraphs.size() / HELD_OUT_OF;
                List<TestItem> tests = new ArrayList<>();
                for (String paragraph : paragraphs.subList(past, paragraphs.size())) {
                    tests.add(new TestItem(author + "/" + tests.size(), UsersFile.UNNAMED, "", paragraph, paragraph));
                }
                List<PastItem> items = paragraphs.subList(0, past).stream()
                        .map(paragraph -> PastItem.of(new HistoryItem(null, null, null, paragraph)))
                        .toList();
                subjects.add(new Subject(author, items, tests));
            }
        } catch (IOException e) {
            throw BadFileException.of(directory, e);
        }
        if (subjects.isEmpty()) {
            throw new BadFileException(directory, "holds no .txt file");
        }
        return new Dataset(tasks, subjects);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new BadFileException(file, "is not UTF-8");
        } catch (IOException e) {
            throw BadFileException.of(file, e);
        }
    }
}
