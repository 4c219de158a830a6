package dev.piecewise.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.adapter.Choice;
import dev.piecewise.adapter.Merge;
import dev.piecewise.adapter.Plan;
import dev.piecewise.checkpoint.Site;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/** Plans as JSON, as in a plan file. */
final class PlanText {
    private static final ObjectMapper JSON = new ObjectMapper();

    private PlanText() {}

    static String write(Plan plan) {
        ObjectNode json = JSON.createObjectNode().put("format", 1);
        json.put("base", plan.base())
                .put("pool", plan.pool())
                .put("merge", plan.merge().wire())
                .put("k", plan.k());
        ObjectNode sites = json.putObject("sites");
        plan.sites().forEach((site, choices) -> {
            ArrayNode list = sites.putArray(site.toString());
            choices.forEach(choice -> list.addArray().add(choice.sharer()).add(choice.weight()));
        });
        return json.put("items", plan.items())
                .put("created", plan.created().toString())
                .toString();
    }

    static Plan read(String text) {
        try {
            JsonNode json = JSON.readTree(text);
            SortedMap<Site, List<Choice>> sites = new TreeMap<>();
            json.get("sites").properties().forEach(site -> {
                List<Choice> choices = new ArrayList<>();
                site.getValue()
                        .forEach(c -> choices.add(
                                new Choice(c.get(0).asText(), c.get(1).asDouble())));
                sites.put(Site.parse(site.getKey()).orElseThrow(), choices);
            });
            return new Plan(
                    json.get("base").asText(),
                    json.get("pool").asText(),
                    Merge.valueOf(json.get("merge").asText().toUpperCase(Locale.ROOT)),
                    json.get("k").asInt(),
                    sites,
                    json.get("items").asInt(),
                    Instant.parse(json.get("created").asText()));
        } catch (JsonProcessingException broken) {
            throw new IllegalStateException("a stored plan is not JSON", broken);
        }
    }
}
