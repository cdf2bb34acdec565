"""Planning: from tasks, people, materials and crossings to a plan that an independent checker accepts."""
