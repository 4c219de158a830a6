package dev.piecewise.training;

import dev.piecewise.adapter.HistoryFile;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.checkpoint.BadFileException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a base learns from: items of JSON Lines files, and plain text files as one text each. */
public final class Corpus {
    private Corpus() {}

    /** Files that end in {@code .txt} are plain text, in UTF-8; all others JSON Lines of history items. */
    public static List<HistoryItem> read(List<Path> files) {
        List<HistoryItem> items = new ArrayList<>();
        for (Path file : files) {
            if (file.toString().endsWith(".txt")) {
                items.add(new HistoryItem(null, null, null, text(file)));
            } else {
                items.addAll(HistoryFile.read(file));
            }
        }
        return items;
    }

    private static String text(Path file) {
        try {
            String text = Files.readString(file);
            if (text.isBlank()) {
                throw new BadFileException(file, "is empty");
            }
            return text;
        } catch (CharacterCodingException e) {
            throw new BadFileException(file, "is not UTF-8");
        } catch (IOException e) {
            throw BadFileException.of(file, e);
        }
    }
}
