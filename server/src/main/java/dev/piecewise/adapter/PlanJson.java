package dev.piecewise.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.checkpoint.AtomicFiles;
import dev.piecewise.checkpoint.JsonFields;
import dev.piecewise.checkpoint.Site;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/** Plans as JSON: {@code {"format":1,"base","pool","merge","k","sites":{"<site>":[["<sharer>",weight],...]},"items","created"}} and, where items were
 * held out, {@code "guard":{"items","base_loss","assembled_loss","worse"}}. Reading is strict. */
public final class PlanJson {
    private static final int FORMAT = 1;
    private static final double TOLERANCE = 1e-6;
    private static final JsonMapper JSON = new JsonMapper();

    private PlanJson() {}

    public static ObjectNode toJson(Plan plan) {
        ObjectNode json = JSON.createObjectNode()
                .put("format", FORMAT)
                .put("base", plan.base())
                .put("pool", plan.pool())
                .put("merge", plan.merge().wire())
                .put("k", plan.k());
        json.set("sites", sitesToJson(plan.sites()));
        json.put("items", plan.items()).put("created", plan.created().toString());
        plan.guard()
                .ifPresent(guard -> json.putObject("guard")
                        .put("items", guard.items())
                        .put("base_loss", guard.baseLoss())
                        .put("assembled_loss", guard.assembledLoss())
                        .put("worse", guard.worse()));
        return json;
    }

    /** The pieces per site as plans write them, {@code {"<site>":[["<sharer>",weight],...]}}. */
    public static ObjectNode sitesToJson(SortedMap<Site, List<Choice>> sites) {
        ObjectNode json = JSON.createObjectNode();
        sites.forEach((site, choices) -> {
            ArrayNode list = json.putArray(site.toString());
            choices.forEach(choice -> list.addArray().add(choice.sharer()).add(choice.weight()));
        });
        return json;
    }

    public static void write(Plan plan, Path file) {
        AtomicFiles.file(file, temporary -> Files.writeString(temporary, toJson(plan) + "\n"));
    }

    public static Plan read(Path file) {
        return read(JsonFields.read(file));
    }

    /** {@code source} is what messages call the text. */
    public static Plan parse(String source, String json) {
        return read(JsonFields.parse(source, json));
    }

    private static Plan read(JsonFields json) {
        if (json.requireInteger("format") != FORMAT) {
            throw json.bad("format", "is %s; this version reads %d".formatted(json.value("format"), FORMAT));
        }
        JsonFields sitesJson = json.requireObject("sites");
        SortedMap<Site, List<Choice>> sites = new TreeMap<>();
        for (String name : sitesJson.names()) {
            Site site = Site.parse(name).orElseThrow(() -> sitesJson.bad(name, "is no site"));
            sites.put(site, choices(sitesJson, name));
        }
        int k = json.requireInteger("k");
        int items = json.requireInteger("items");
        if (sites.isEmpty() || k < 1 || items < 0) {
            String field = sites.isEmpty() ? "sites" : k < 1 ? "k" : "items";
            throw json.bad(field, "is too small: " + json.value(field));
        }
        return new Plan(
                hash(json, "base"), hash(json, "pool"), merge(json), k, sites, items, created(json), guard(json));
    }

    private static Optional<Guard> guard(JsonFields json) {
        return json.object("guard").map(guard -> {
            try {
                return new Guard(
                        guard.requireInteger("items"),
                        guard.requireNumber("base_loss"),
                        guard.requireNumber("assembled_loss"));
            } catch (IllegalArgumentException wrong) {
                throw json.bad("guard", "is none: " + wrong.getMessage());
            }
        });
    }

    private static List<Choice> choices(JsonFields sites, String site) {
        List<Choice> choices = new ArrayList<>();
        Set<String> sharers = new HashSet<>();
        double sum = 0;
        for (JsonNode pair : sites.elements(site)) {
            if (pair.size() != 2 || !pair.path(0).isTextual() || !pair.path(1).isNumber()) {
                throw sites.bad(site, "must hold pairs of a sharer and a weight, found " + pair);
            }
            Choice choice = new Choice(pair.get(0).textValue(), pair.get(1).doubleValue());
            if (!(choice.weight() >= 0 && choice.weight() <= 1 + TOLERANCE)) {
                throw sites.bad(site, "has a weight of %s".formatted(choice.weight()));
            }
            if (!sharers.add(choice.sharer())) {
                throw sites.bad(site, "has sharer \"%s\" twice".formatted(choice.sharer()));
            }
            sum += choice.weight();
            choices.add(choice);
        }
        if (Math.abs(sum - 1) > TOLERANCE) {
            throw sites.bad(site, "has weights that sum to %s, not to 1".formatted(sum));
        }
        return List.copyOf(choices);
    }

    private static String hash(JsonFields json, String field) {
        String hash = json.requireString(field);
        if (hash.isBlank()) {
            throw json.bad(field, "is empty");
        }
        return hash;
    }

    private static Merge merge(JsonFields json) {
        String text = json.requireString("merge");
        return Merge.parse(text).orElseThrow(() -> json.bad("merge", "must be product or factor, found " + text));
    }

    private static Instant created(JsonFields json) {
        try {
            return Instant.parse(json.requireString("created"));
        } catch (DateTimeException e) {
            throw json.bad("created", "is no time such as 2026-01-31T12:00:00Z");
        }
    }
}
