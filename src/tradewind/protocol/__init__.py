"""Messages between server, executor and worker: versioned, typed, msgpack on pipes and JSON over HTTP."""
