/// The fixed part of the OpenAPI document, as JSON text.
enum APIComponents {
    static let parameters = """
        {
        "stream_id": {"name": "stream_id", "in": "path", "required": true,
          "schema": {"type": "string", "format": "uuid"}},
        "account_id": {"name": "account_id", "in": "query", "description": "Only streams of this account",
          "schema": {"type": "string", "format": "uuid"}},
        "status": {"name": "status", "in": "query", "schema": {"$ref": "#/components/schemas/Status"}},
        "name": {"name": "name", "in": "query", "description": "The whole name", "schema": {"type": "string"}},
        "stream_ids": {"name": "stream_ids", "in": "query", "style": "form", "explode": false,
          "schema": {"type": "array", "items": {"type": "string", "format": "uuid"}}},
        "order": {"name": "order", "in": "query", "description": "By time of creation",
          "schema": {"type": "string", "enum": ["asc", "desc"], "default": "desc"}},
        "page": {"name": "page", "in": "query",
          "schema": {"type": "integer", "minimum": 1, "maximum": \(Page.allowedPage.upperBound), "default": 1}},
        "page_size": {"name": "page_size", "in": "query",
          "schema": {"type": "integer", "minimum": 1, "maximum": \(Page.allowedSize.upperBound),
            "default": \(Page.usualSize)}},
        "fps": {"name": "fps", "in": "query", "description": "Pictures a second",
          "schema": {"type": "integer", "minimum": \(LiveView.allowedRate.lowerBound),
            "maximum": \(LiveView.allowedRate.upperBound), "default": \(LiveView.usualRate)}}
        }
        """

    static let schemas = """
        {
        "Error": {"type": "object", "required": ["error_code", "desc", "detail", "link"], "properties": {
          "error_code": {"type": "integer"}, "desc": {"type": "string"}, "detail": {"type": "string"},
          "link": {"type": "string"}}},
        "Version": {"type": "object", "required": ["Version"], "properties": {"Version": {"type": "object",
          "required": ["api", "major", "minor", "patch"], "properties": {"api": {"type": "integer"},
          "major": {"type": "integer"}, "minor": {"type": "integer"}, "patch": {"type": "integer"}}}}},
        "Specification": {"type": "object"},
        "Binary": {"type": "string", "format": "binary"},
        "Plugins": {"type": "object", "required": ["plugins"], "properties": {"plugins": {"type": "array",
          "items": {"type": "object", "required": ["name", "type", "status"], "properties": {
          "name": {"type": "string"}, "type": {"type": "string"}, "status": {"type": "string"}}}}}},
        "Status": {"type": "string", "enum": ["pending", "in_progress", "pause"]},
        "StreamIdentity": {"type": "object", "required": ["stream_id", "version"], "properties": {
          "stream_id": {"type": "string", "format": "uuid"}, "version": {"type": "integer", "minimum": 1}}},
        "StreamIDs": {"type": "object", "required": ["stream_ids"], "properties": {"stream_ids": {"type": "array",
          "maxItems": 10000, "items": {"type": "string", "format": "uuid"}}}},
        "StreamsCount": {"type": "object", "required": ["streams_count"], "properties": {
          "streams_count": {"type": "integer", "minimum": 0}}},
        "Streams": {"type": "object", "required": ["streams"], "properties": {
          "streams": {"type": "array", "items": {"$ref": "#/components/schemas/Stream"}}}},
        "Logs": {"type": "object", "required": ["logs"], "properties": {"logs": {"type": "array",
          "items": {"type": "object", "required": ["stream_id", "account_id", "event", "version", "create_time"],
          "properties": {"stream_id": {"type": "string", "format": "uuid"},
          "account_id": {"type": "string", "format": "uuid"},
          "event": {"type": "string", "enum": ["create", "replace", "delete"]},
          "version": {"type": "integer"}, "create_time": {"type": "string", "format": "date-time"}}}}}},
        "Data": {"type": "object", "required": ["type", "reference"], "properties": {
          "type": {"type": "string", "enum": ["tcp", "udp", "videofile", "images"]},
          "reference": {"type": "string", "minLength": \(StreamContent.referenceLength.lowerBound),
            "maxLength": \(StreamContent.referenceLength.upperBound)}}},
        "EventHandler": {"type": "object", "required": ["origin"], "properties": {
          "origin": {"type": "string", "maxLength": 2048}, "api_version": {"type": "integer", "default": 6},
          "bestshot_handler": {"type": "object", "nullable": true, "required": ["handler_id"],
            "properties": {"handler_id": {"type": "string", "format": "uuid"}}},
          "authorization": {"type": "object", "nullable": true, "properties": {
            "account_id": {"type": "string", "format": "uuid"}, "token": {"type": "string"}}}}},
        "StreamContent": {"type": "object", "required": ["account_id", "data", "event_handler"], "properties": {
          "account_id": {"type": "string", "format": "uuid"},
          "name": {"type": "string", "maxLength": \(StreamContent.nameLength.upperBound), "default": ""},
          "description": {"type": "string", "maxLength": \(StreamContent.descriptionLength.upperBound),
            "default": ""},
          "data": {"$ref": "#/components/schemas/Data"},
          "event_handler": {"$ref": "#/components/schemas/EventHandler"},
          "policies": {"type": "object"},
          "location": {"type": "object"},
          "autorestart": {"type": "object", "properties": {"restart": {"type": "integer", "enum": [0, 1]},
            "attempt_count": {"type": "integer"}, "delay": {"type": "integer"}}},
          "status": {"type": "string", "enum": ["pending", "pause"], "default": "pending"},
          "group_name": {"type": "string", "pattern": "^[a-zA-Z0-9_\\\\-]{1,128}$"}}},
        "Stream": {"type": "object", "required": ["stream_id", "account_id", "name", "description", "data", "location",
          "autorestart", "status", "version", "create_time", "event_handler", "policies", "last_error", "video_info",
          "preview", "groups"], "properties": {
          "stream_id": {"type": "string", "format": "uuid"}, "account_id": {"type": "string", "format": "uuid"},
          "name": {"type": "string"}, "description": {"type": "string"},
          "data": {"$ref": "#/components/schemas/Data"}, "location": {"type": "object"},
          "autorestart": {"type": "object"}, "status": {"$ref": "#/components/schemas/Status"},
          "version": {"type": "integer", "minimum": 1}, "create_time": {"type": "string", "format": "date-time"},
          "event_handler": {"$ref": "#/components/schemas/EventHandler"}, "policies": {"type": "object"},
          "last_error": {"type": "string", "nullable": true},
          "video_info": {"type": "object", "nullable": true},
          "preview": {"type": "object", "nullable": true, "properties": {
            "live": {"$ref": "#/components/schemas/PreviewAddress"},
            "last_frame": {"$ref": "#/components/schemas/PreviewAddress"}}},
          "groups": {"type": "array", "items": {"type": "string"}}}},
        "PreviewAddress": {"type": "object", "required": ["url"], "properties": {"url": {"type": "string"}}}
        }
        """
}
