package dev.piecewise.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.piecewise.adapter.HistoryFile;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.adapter.Plan;
import dev.piecewise.adapter.PlanJson;
import dev.piecewise.checkpoint.BadFileException;
import dev.piecewise.checkpoint.JsonFields;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import dev.piecewise.store.Store;
import dev.piecewise.store.Stores;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/** The people that the demo is shipped with: their histories and the plans made from them. */
final class DemoPeople {
    static final String DIRECTORY = "people";
    static final String USERS = "users.jsonl";
    static final String PLANS = "plans.jsonl";

    private final SequencedMap<String, List<HistoryItem>> histories = new LinkedHashMap<>();
    private final Map<String, Plan> plans = new LinkedHashMap<>();

    /** How far something is. */
    @FunctionalInterface
    interface Told {
        void at(long done, long total);
    }

    private DemoPeople() {}

    /** NOT_FOUND when the model is not there. */
    static Path require(Path model) {
        Path directory = model.resolve(DIRECTORY);
        if (!Files.isDirectory(directory)) {
            throw new ServingException(
                    ErrorCode.NOT_FOUND, directory + " is not there: the demo is built by make demo");
        }
        return directory;
    }

    /** NOT_FOUND when the model is not there. */
    static DemoPeople read(Path model) {
        Path directory = require(model);
        DemoPeople people = new DemoPeople();
        HistoryFile.readUsers(directory.resolve(USERS))
                .forEach(user -> people.histories.put(user.user(), user.items()));
        people.readPlans(directory.resolve(PLANS));
        return people;
    }

    private void readPlans(Path file) {
        try {
            int number = 1;
            for (String line : Files.readAllLines(file)) {
                JsonFields fields = JsonFields.parse(file + ":" + number++, line);
                String user = fields.requireString("user");
                JsonNode plan = fields.value("plan");
                plans.put(user, PlanJson.parse(file + ": " + user, plan + ""));
            }
        } catch (IOException e) {
            throw BadFileException.of(file, e);
        }
    }

    List<String> names() {
        return List.copyOf(histories.keySet());
    }

    /** Whoever is not in the store yet is put there; who has a plan of another pool or base gets this one. */
    void store(String url, Told progress) {
        try (Store store = Stores.open(url)) {
            int done = 0;
            for (Map.Entry<String, List<HistoryItem>> person : histories.entrySet()) {
                store(store, person.getKey(), person.getValue());
                progress.at(++done, histories.size());
            }
        }
    }

    private void store(Store store, String user, List<HistoryItem> items) {
        if (store.user(user).isEmpty()) {
            store.append(user, numbered(items));
        }
        Plan plan = plans.get(user);
        if (plan != null && !isOfSamePool(store.plan(user), plan)) {
            store.putPlan(user, plan);
        }
    }

    private static boolean isOfSamePool(Optional<Plan> stored, Plan shipped) {
        return stored.filter(plan ->
                        plan.pool().equals(shipped.pool()) && plan.base().equals(shipped.base()))
                .isPresent();
    }

    /** With ids, so that nothing is stored twice when a first start was interrupted. */
    private static List<HistoryItem> numbered(List<HistoryItem> items) {
        List<HistoryItem> numbered = new ArrayList<>();
        for (HistoryItem item : items) {
            String id = item.id() == null ? "demo" + numbered.size() : item.id();
            numbered.add(new HistoryItem(id, item.at(), item.prompt(), item.completion()));
        }
        return numbered;
    }
}
