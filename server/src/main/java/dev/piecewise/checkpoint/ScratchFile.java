package dev.piecewise.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file for bytes that are too many for memory, in the system's temporary directory. Nobody else can open it, and it is gone when it is closed. Confined to one thread at a time. */
public final class ScratchFile implements AutoCloseable {
    private final FileChannel channel;

    private ScratchFile(FileChannel channel) {
        this.channel = channel;
    }

    /** An empty one. */
    public static ScratchFile open() throws IOException {
        Path path = Files.createTempFile("piecewise", null);
        try {
            // On Unix its name goes at once, so that not even a process that is killed leaves it.
            return new ScratchFile(FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE));
        } catch (IOException failed) {
            Files.deleteIfExists(path);
            throw failed;
        }
    }

    /** Adds all these bytes at the end. */
    public void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** All of it from the start; nothing may be written any more. */
    public InputStream input() throws IOException {
        return Channels.newInputStream(channel.position(0));
    }

    /** What it holds now, as memory for as long as the arena is open. */
    public MemorySegment map(Arena arena) throws IOException {
        return channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
