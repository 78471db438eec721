"""Why each invalid shared vector is refused: the rules behind the fault that its name announces."""

from __future__ import annotations

REFUSED_BY = {
    "0001.Timestamp.Error": "message.timestamp.invalid",
    "0004.NodeId.Missing": "message.node_id.missing",
    "0008.AssociatedDetection.NodeId.Error": "associated_detection.node_id.invalid",
    "0011.AssociatedDetection.ObjectId.Missing": "associated_detection.object_id.missing",
    "0013.AssociatedFile.URL.Missing": "associated_file.url.missing",
    "0014.Location.x.Missing": "location.x.missing",
    "0015.Location.y.Missing": "location.y.missing",
    "0017.Location.Datum.Missing": "location.datum.missing",
    "0019.RangeBearing.Datum.Missing": "range_bearing.datum.missing",
    "0020.LocationList.Locations.Empty": "location_list.locations.missing",
    "0021.LocationList.Locations.Missing": "location_list.locations.missing",
    "0023.RangeBearing.CoordinateSystem.Missing": "range_bearing_cone.coordinate_system.missing",
    "0025.Registration.NodeDefinition.NodeType.Missing": (
        "registration.node_definition.node_type.missing"
    ),
    "0026.Registration.NodeDefinition.Empty": "registration.node_definition.missing",
    "0029.Registration.Capabilities.Missing": "registration.capabilities.missing",
    "0030.Registration.Capabilities.Empty": "registration.capabilities.missing",
    "0031.Registration.Capabilities.Category.Missing": "registration.capability.category.missing",
    "0032.Registration.Capabilities.Type.Missing": "registration.capability.type.missing",
    "0033.Registration.StatusDefinition.Missing": "registration.status_definition.missing",
    "0034.Registration.StatusDefinition.StatusInterval.Missing": (
        "registration.status_definition.status_interval.missing"
    ),
    "0035.Registration.StatusDefinition.LocationDefinition.Error": (
        "registration.location_type.datum.missing"
    ),
    "0038.Registration.StatusDefinition.FieldOfViewDefinition.Error": (
        "registration.location_type.coordinates.missing registration.location_type.datum.missing"
    ),
    "0042.ModeDefinition.ModeType.Missing": "registration.mode_definition.mode_type.missing",
    "0044.ModeDefinition.TaskDefinition.Missing": "registration.mode_definition.task.missing",
    "0045.ModeParameter.Type.Missing": "registration.mode_parameter.type.missing",
    "0046.ModeParameter.Value.Missing": "registration.mode_parameter.value.missing",
    "0047.ConfigurationData.Manufacturer": "registration.configuration_data.manufacturer.missing",
    "0048.ConfigurationData.Model": "registration.configuration_data.model.missing",
    "0050.GeometricError.Type.Missing": "registration.geometric_error.type.missing",
    "0051.GeometricError.Units.Missing": "registration.geometric_error.units.missing",
    "0052.GeometricError.VariationType.Missing": (
        "registration.geometric_error.variation_type.missing"
    ),
    "0056.DetectionPerformance.Type.Missing": "registration.performance_value.type.missing",
    "0058.DetectionPerformance.UnitValue.Missing": (
        "registration.performance_value.unit_value.missing"
    ),
    "0060.DetectionReport.Type.Missing": "registration.detection_report.type.missing",
    "0063.ClassPerformance.Units.Missing": "registration.performance_value.units.missing",
    "0066.ClassDefinition.Type.ForSub.Missing": "registration.sub_class.type.missing",
    "0068.TaxonomyDockDefinition.ExtensionSubclass.Namespace.Missing": (
        "registration.extension_subclass.subclass_namespace.missing"
    ),
    "0069.TaxonomyDockDefinition.ExtensionSubclass.Name.Missing": (
        "registration.extension_subclass.subclass_name.missing"
    ),
    "0070.BehaviourDefinition.Type.Missing": "registration.behaviour_definition.type.missing",
    "0072.VelocityType.Datum.Missing": "registration.velocity_type.datum.missing",
    "0074.TaskDefinition.ConcurrentTasks": "registration.task_definition.concurrent_tasks.missing",
    "0076.RegionDefinition.RegionArea.Missing": (
        "registration.region_definition.region_area.missing"
    ),
    "0078.RegionDefinition.RegionType.Missing": (
        "registration.region_definition.region_type.missing"
    ),
    "0079.RegionDefinition.SettleTime.Error": "registration.duration.units.missing",
    "0080.RegionDefinition.RegionArea.Empty": "registration.region_definition.region_area.missing",
    "0082.FilterParameter.Parameter.Missing": "registration.filter_parameter.parameter.missing",
    "0084.FilterParameter.Operators.Empty": "registration.filter_parameter.operators.missing",
    "0085.SubClassFilterDefinition.FilterParameter.Parameter.Missing": (
        "registration.filter_parameter.parameter.missing"
    ),
    "0086.SubClassFilterDefinition.Level.Missing": (
        "registration.sub_class_filter_definition.level.missing"
    ),
    "0090.BehaviourFilterDefinition.Type.Missing": (
        "registration.behaviour_filter_definition.type.missing"
    ),
    "0092.BehaviourFilterDefinition.FilterParameter.Operators.Missing": (
        "registration.filter_parameter.operators.missing"
    ),
    "0093.Command.CompletionTime.Missing": "registration.command.completion_time.missing",
    "0094.Command.Type.Missing": "registration.command.type.missing",
    "0095.Command.Units.Missing": "registration.command.units.missing",
    "0097.Acceptance.Missing": "registration_ack.acceptance.missing",
    "0098.StatusReport.ReportId.Missing": "status_report.report_id.missing",
    "0099.StatusReport.System.Missing": "status_report.system.missing",
    "0101.StatusReport.Mode.Missing": "status_report.mode.missing",
    "0103.StatusReport.FieldOfView.Error": "location.datum.missing",
    "0104.StatusReport.Coverage.Error": "location.x.missing",
    "0105.StatusReport.Obscuration.Error": "location.coordinate_system.missing",
    "0106.StatusReport.StatusType.Missing": "status_report.status.status_type.missing",
    "0107.DetectionReport.ReportId.Missing": "detection_report.report_id.missing",
    "0109.DetectionReport.Location.Missing": "detection_report.location.missing",
    "0110.DetectionReport.RangeBearing.Error": "range_bearing.coordinate_system.missing",
    "0113.DetectionReport.ReportId.Invalid": "detection_report.report_id.invalid",
    "0114.DetectionReport.ObjectId.Invalid": "detection_report.object_id.invalid",
    "0119.TrackObjectInfo.Type.Missing": "detection_report.object_info.type.missing",
    "0120.TrackObjectInfo.Value.Missing": "detection_report.object_info.value.missing",
    "0121.DetectionReportClassification.Type.Missing": (
        "detection_report.classification.type.missing"
    ),
    "0122.DetectionReportClassification.SubClass.Type.Missing": (
        "detection_report.sub_class.type.missing"
    ),
    "0123.DetectionReportClassification.SubClass.Level.Missing": (
        "detection_report.sub_class.level.missing"
    ),
    "0123.DetectionReportClassification.SubClass.Sub.Level.Missing": (
        "detection_report.sub_class.level.missing"
    ),
    "0126.AssociatedFile.Type.Missing": "associated_file.type.missing",
    "0127.AssociatedFile.URL.Missing": "associated_file.url.missing",
    "0128.Signal.Amplitude": "detection_report.signal.amplitude.missing",
    "0129.DerivedDetection.Timestamp.Missing": (
        "detection_report.derived_detection.timestamp.missing"
    ),
    "0130.DerivedDetection.NodeId.Missing": "detection_report.derived_detection.node_id.missing",
    "0135.Task.Control.Missing": "task.control.missing",
    "0136.Task.Region.Type": "task.region.type.missing",
    "0137.Task.Region.RegionId": "task.region.region_id.missing",
    "0139.Task.Region.RegionArea": "task.region.region_area.missing",
    "0140.ClassFilter.Parameter.Missing": "task.sub_class_filter.parameter.missing",
    "0144.SubClassFilter.Sub.Parameter.Missing": "task.sub_class_filter.parameter.missing",
    "0145.SubClassFilter.Sub.Type.Missing": "task.sub_class_filter.type.missing",
    "0147.Parameter.Operator.Missing": "task.parameter.operator.missing",
    "0148.Parameter.Value.Missing": "task.parameter.value.missing",
    "0150.Parameter.Operator.2.Missing": "task.parameter.operator.missing",
    "0153.BehaviourFilter.Parameter.Name.Missing": "task.parameter.name.missing",
    "0156.TaskAck.TaskId.Missing": "task_ack.task_id.missing",
    "0157.TaskAck.AssociatedFile.Type.Missing": "associated_file.type.missing",
    "0160.Alert.Location.Error": "location.x.missing location.y.missing",
    "0163.AssociatedDetection.NodeId.Missing": "associated_detection.node_id.missing",
    "0164.AssociatedDetection.NodeId.Error": "associated_detection.node_id.invalid",
    "0165.AssociatedDetection.ObjectId.Missing": "associated_detection.object_id.missing",
    "0171.Error.ErrorMessage.Empty": "error.error_message.missing",
    "0172.Registration.SubClass.Level.subClass.LevelMissing": (
        "registration.sub_class.level.missing"
    ),
    "0173.Registration.SubClass.Level.subClass.LevelMissing": (
        "registration.sub_class.level.missing"
    ),
    "0174.BadId.SapientMessage.NodeId": "message.node_id.invalid",
    "0177.BadIdAssociatedDetection.ObjectId": "associated_detection.object_id.invalid",
    "0178.BadId.Follow.FollowObjectId": "follow_object.follow_object_id.invalid",
    "0179.BadId.Follow.FollowObjectId.Missing": "follow_object.follow_object_id.missing",
    "0181.BadId.StatusReport.ActiveTaskId": "status_report.active_task_id.invalid",
    "0182.BadId.DetectionReport.ReportId": "detection_report.report_id.invalid",
    "0188.BadId.Task.RegionId": "task.region.region_id.invalid",
    "0189.BadId.Registration.DependantNodes": "registration.dependent_nodes.invalid",
    "0191.BadId.Alert.AlertId": "alert.alert_id.invalid",
    "0193.BadId.AlertAck.AlertId": "alert_ack.alert_id.invalid",
    # Its one fault is the obsolete field.
    "0111.DetectionReport.DetectionLocation.Missing": "",
}
"""Rules by the name of the file, apart from that on unknown fields."""

OBSOLETE_FIELD = frozenset(
    name
    for name in REFUSED_BY
    if name.split(".")[0]
    in {
        *("0107", "0109", "0110", "0111", "0113", "0114", "0119", "0120", "0121", "0122", "0123"),
        *("0126", "0127", "0128", "0129", "0130", "0182"),
    }
)
"""Files that carry ``detectionLocation``, a field of an older edition, besides their fault."""

SECOND_OPINION_DIFFERS = {
    "0074.TaskDefinition.ConcurrentTasks": "the number of tasks is mandatory in Table 49 only",
    "0178.BadId.Follow.FollowObjectId": "the option that makes it a ULID is missing",
    "0189.BadId.Registration.DependantNodes": "the option that makes them UUIDs is missing",
}
"""Files that sapient-pydantic accepts, and why: it knows the options of the .proto files only."""
