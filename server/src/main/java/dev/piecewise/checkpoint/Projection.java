package dev.piecewise.checkpoint;

/** One of the linear layers of a decoder layer that can be adapted, named as in the checkpoint. */
public enum Projection {
    Q("self_attn.q_proj"),
    K("self_attn.k_proj"),
    V("self_attn.v_proj"),
    O("self_attn.o_proj"),
    GATE("mlp.gate_proj"),
    UP("mlp.up_proj"),
    DOWN("mlp.down_proj");

    private final String path;

    Projection(String path) {
        this.path = path;
    }

    /** The name below the layer, such as {@code self_attn.q_proj}. */
    public String path() {
        return path;
    }

    /** The last part of the name, such as {@code q_proj}. */
    public String shortName() {
        return path.substring(path.indexOf('.') + 1);
    }
}
