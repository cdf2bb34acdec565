import json

READ = json.loads
