package dev.piecewise.adapter;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.checkpoint.AtomicFiles;
import dev.piecewise.checkpoint.DType;
import dev.piecewise.checkpoint.SafetensorsWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Publishes pools: a directory appears whole or not at all, and is never changed afterwards. */
public final class PoolWriter {
    private static final JsonMapper JSON = new JsonMapper();

    private PoolWriter() {}

    /** The directory must not exist yet. */
    public static void write(Pool pool, Path directory) {
        SafetensorsWriter pieces = new SafetensorsWriter(Map.of("format", "pt"));
        pool.sites().forEach((site, stack) -> {
            pieces.add(site + ".A", DType.F32, stack::a, stack.sharers(), stack.rank(), stack.in());
            pieces.add(site + ".B", DType.F32, stack::b, stack.sharers(), stack.out(), stack.rank());
            pieces.add(site + ".gate", DType.F32, stack::gate, stack.sharers(), stack.in());
        });
        pool.forecast().ifPresent(forecast -> ForecastFile.add(forecast, pieces));
        AtomicFiles.directory(directory, temporary -> {
            pieces.write(temporary.resolve(PoolFiles.PIECES));
            Files.writeString(
                    temporary.resolve(PoolFiles.DESCRIPTION),
                    JSON.writerWithDefaultPrettyPrinter().writeValueAsString(description(pool)) + "\n");
        });
    }

    private static ObjectNode description(Pool pool) {
        ObjectNode description = JSON.createObjectNode()
                .put("format", PoolFiles.FORMAT)
                .put("base", pool.base())
                .put("hash", pool.hash())
                .put("rank", pool.rank())
                .put("alpha", pool.scale() * pool.rank())
                .put("merge", pool.merge().wire())
                .put("keys", pool.keys().wire());
        ArrayNode sharers = description.putArray("sharers");
        pool.sharers().forEach(sharer -> describe(sharer, sharers.addObject()));
        ArrayNode sites = description.putArray("sites");
        pool.sites().keySet().forEach(site -> sites.add(site.toString()));
        if (!pool.earlier().isEmpty()) {
            ArrayNode earlier = description.putArray("earlier");
            pool.earlier().forEach(earlier::add);
        }
        if (!pool.withdrawn().isEmpty()) {
            ArrayNode withdrawn = description.putArray("withdrawn");
            pool.withdrawn()
                    .forEach(withdrawal -> withdrawn
                            .addObject()
                            .put("id", withdrawal.id())
                            .put("at", withdrawal.at().toString()));
        }
        return description;
    }

    private static void describe(Pool.Sharer sharer, ObjectNode node) {
        node.put("id", sharer.id()).put("items", sharer.items());
        sharer.consent()
                .ifPresent(consent -> node.putObject("consent")
                        .put("by", consent.by())
                        .put("at", consent.at().toString())
                        .put("ratio", consent.ratio()));
        if (!sharer.absent().isEmpty()) {
            ArrayNode absent = node.putArray("absent");
            sharer.absent().forEach(site -> absent.add(site.toString()));
        }
    }
}
