package dev.piecewise.cli;

import dev.piecewise.checkpoint.Projection;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A projection by its whole name, such as q_proj, or without its ending. */
final class ProjectionConverter implements ITypeConverter<Projection> {
    private static final String ENDING = "_proj";

    @Override
    public Projection convert(String value) {
        String name = value.toLowerCase(Locale.ROOT);
        for (Projection projection : Projection.values()) {
            if (name.equals(projection.shortName()) || (name + ENDING).equals(projection.shortName())) {
                return projection;
            }
        }
        throw new TypeConversionException("'%s' is none of %s"
                .formatted(
                        value,
                        Arrays.stream(Projection.values())
                                .map(Projection::shortName)
                                .collect(Collectors.joining(", "))));
    }
}
