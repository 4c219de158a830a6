package dev.piecewise.evaluation;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.adapter.HistoryFile;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.JsonFields;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Reads the project's own datasets: a users file as {@link HistoryFile} reads it, whose lines also hold {@code "test":[{"prompt","completion"}, ...]}, each with
 * optional {@code "task"} (a name), {@code "id"} and {@code "query"} (what the history is searched by; the prompt where there is none). A file {@code tasks.json} beside it says what
 * the tasks are: {@code {"<name>":{"kind":"classification","labels":[...]} | {"kind":"rating","lowest","highest"} | {"kind":"generation"}}}, each with an optional
 * {@code "max_tokens"}. A test item without a task, and every task without a {@code tasks.json}, is generation. Errors name file, line and field.
 */
public final class UsersFile {
    /** The name of a test item's task where none is given. */
    public static final String UNNAMED = "text";

    private static final String TASKS = "tasks.json";
    private static final int LABEL_TOKENS = 16;
    private static final int RATING_TOKENS = 4;
    private static final int TEXT_TOKENS = 64;

    private UsersFile() {}

    public static Dataset read(Path file) {
        Path beside = file.resolveSibling(TASKS);
        SortedMap<String, Task> tasks = new TreeMap<>();
        boolean declared = Files.exists(beside);
        if (declared) {
            tasks.putAll(tasks(beside));
        }
        tasks.putIfAbsent(UNNAMED, new Task.Generation(TEXT_TOKENS));
        List<Subject> subjects = subjects(file);
        for (Subject subject : subjects) {
            for (TestItem test : subject.tests()) {
                if (!declared) {
                    tasks.putIfAbsent(test.task(), new Task.Generation(TEXT_TOKENS));
                } else if (!tasks.containsKey(test.task())) {
                    throw new BadFileException(
                            beside,
                            "does not say what task \"%s\" of test item %s is".formatted(test.task(), test.id()));
                }
            }
        }
        return new Dataset(tasks, subjects);
    }

    private static SortedMap<String, Task> tasks(Path file) {
        JsonFields json = JsonFields.read(file);
        SortedMap<String, Task> tasks = new TreeMap<>();
        for (String name : json.names()) {
            tasks.put(name, task(json, name));
        }
        return tasks;
    }

    private static Task task(JsonFields tasks, String name) {
        JsonFields task = tasks.requireObject(name);
        String kind = task.requireString("kind");
        try {
            return switch (kind) {
                case "classification" -> new Task.Classification(task.strings("labels"), maxTokens(task, LABEL_TOKENS));
                case "rating" ->
                    new Task.Rating(
                            task.requireNumber("lowest"),
                            task.requireNumber("highest"),
                            maxTokens(task, RATING_TOKENS));
                case "generation" -> new Task.Generation(maxTokens(task, TEXT_TOKENS));
                default -> throw task.bad("kind", "must be classification, rating or generation, found " + kind);
            };
        } catch (IllegalArgumentException wrong) {
            throw tasks.bad(name, "is no such task: " + wrong.getMessage());
        }
    }

    private static int maxTokens(JsonFields task, int absent) {
        int tokens = task.integer("max_tokens").orElse(absent);
        if (tokens < 1) {
            throw task.bad("max_tokens", "must be at least 1, found " + tokens);
        }
        return tokens;
    }

    private static List<Subject> subjects(Path file) {
        List<Subject> subjects = new ArrayList<>();
        Set<String> users = new HashSet<>();
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            int number = 1;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isBlank()) {
                    String source = file + ":" + number;
                    Subject subject = subject(source, JsonFields.parse(source, line));
                    if (!users.add(subject.user())) {
                        throw new BadFileException(source, "user \"%s\" is there twice".formatted(subject.user()));
                    }
                    subjects.add(subject);
                }
                number++;
            }
        } catch (CharacterCodingException e) {
            throw new BadFileException(file, "is not UTF-8");
        } catch (IOException e) {
            throw BadFileException.of(file, e);
        }
        return subjects;
    }

    private static Subject subject(String source, JsonFields line) {
        String user = line.requireString("user");
        List<PastItem> past = new ArrayList<>();
        for (JsonNode item : line.elements("history")) {
            past.add(PastItem.of(HistoryFile.item("%s: history[%d]".formatted(source, past.size()), item)));
        }
        List<TestItem> tests = new ArrayList<>();
        for (JsonNode item : line.elements("test")) {
            String where = "%s: test[%d]".formatted(source, tests.size());
            tests.add(test(JsonFields.of(where, item), user + "/" + tests.size()));
        }
        return new Subject(user, past, tests);
    }

    private static TestItem test(JsonFields item, String absentId) {
        String prompt = item.requireString("prompt");
        String completion = item.requireString("completion");
        if (completion.isBlank()) {
            throw item.bad("completion", "is empty");
        }
        return new TestItem(
                item.string("id").orElse(absentId),
                item.string("task").orElse(UNNAMED),
                prompt,
                completion,
                item.string("query").orElse(prompt));
    }
}
